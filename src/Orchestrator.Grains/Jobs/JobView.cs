using System.Text.Json.Nodes;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Batch;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Jobs;

/// <summary>What the plan of a Job is made from: the Job, its pods, and the time.</summary>
internal sealed class JobView
{
    public JobView(StoredObject stored, IReadOnlyList<StoredObject> pods, bool mayCreate, DateTimeOffset now)
    {
        Stored = stored;
        Json = StoredJson.Read(stored);
        Spec = Json.ObjectOrNew("spec")!;
        Status = Json.ObjectOrNew("status")!;
        Pods = [.. pods.Select(JobPod.Of)];
        MayCreate = mayCreate;
        Now = now;
        IsIndexed = Spec.Text("completionMode") == "Indexed";
        Completions = Spec.Integer("completions");
        Parallelism = Spec.Integer("parallelism") ?? 1;
        OnlyReplacesFailed = Spec.Text("podReplacementPolicy") == "Failed";
        BackoffLimitPerIndex = IsIndexed ? Spec.Integer("backoffLimitPerIndex") : null;
    }

    public StoredObject Stored { get; }

    /// <summary>The Job, parsed; the plan alters it.</summary>
    public JsonObject Json { get; }

    public JsonObject Spec { get; }

    public JsonObject Status { get; }

    public IReadOnlyList<JobPod> Pods { get; }

    /// <summary>False while a refused creation is not to be tried again yet.</summary>
    public bool MayCreate { get; }

    public DateTimeOffset Now { get; }

    public bool IsIndexed { get; }

    /// <summary>Null for a work queue, which is done when one pod has succeeded and none is left.</summary>
    public long? Completions { get; }

    public long Parallelism { get; }

    public bool OnlyReplacesFailed { get; }

    public long? BackoffLimitPerIndex { get; }

    public bool IsSuspended => Spec.Flag("suspend") == true;

    public JsonObject? Condition(string type) =>
        Status.Items("conditions").Select(c => c.Item).FirstOrDefault(c => c.Text("type") == type && c.Text("status") == "True");

    public IndexSet Indexes(string member) =>
        IndexSet.TryParse(Status.Text(member), Completions ?? 0, out IndexSet set) ? set : IndexSet.Empty;
}
