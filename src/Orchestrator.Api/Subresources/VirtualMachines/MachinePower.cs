using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.VirtualMachines;
using Orchestrator.Store;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary>
/// <c>PUT virtualmachines/NAME/start|stop|restart</c>: changes the run strategy where that is what it means, else notes what is wanted in the status, where the
/// VirtualMachine's controller finds it. Which it is, and the refusals, are KubeVirt's (virt-api, <c>lifecycle.go</c>).
/// </summary>
internal sealed class MachinePower : ISubresource
{
    private const string Instances = "virtualmachineinstances.kubevirt.io";

    private readonly IObjectStore _store;
    private readonly ApiOptions _options;
    private readonly Func<PowerTarget, PowerOptions, string?> _change;

    private MachinePower(string name, Func<PowerTarget, PowerOptions, string?> change, IObjectStore store, ApiOptions options) =>
        (Name, _change, _store, _options) = (name, change, store, options);

    public string Resource => "virtualmachines.kubevirt.io";

    public string Name { get; }

    public string Kind => "VirtualMachine";

    public string ApiVersion => "kubevirt.io/v1";

    public IReadOnlyList<string> Verbs { get; } = ["update"];

    public static MachinePower Start(IObjectStore store, ApiOptions options) => new("start", PowerChanges.Start, store, options);

    public static MachinePower Stop(IObjectStore store, ApiOptions options) => new("stop", PowerChanges.Stop, store, options);

    public static MachinePower Restart(IObjectStore store, ApiOptions options) => new("restart", PowerChanges.Restart, store, options);

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        Outcome<PowerOptions> options = await PowerOptions.ReadAsync(call);
        if (options.Failed)
        {
            return options.Error;
        }

        for (int attempt = 0; attempt <= _options.MaxConflictRetries; attempt++)
        {
            await _store.SyncAsync(call.Cancel);
            if (_store.Get(call.Key) is not { } stored)
            {
                return StatusErrors.NotFound(call.Kind, call.Request.Name);
            }

            StoredObject? instance = _store.Get(new ObjectKey(Instances, call.Request.Namespace, call.Request.Name));
            JsonObject before = JsonTree.ParseStored(stored.Json);
            var target = new PowerTarget(JsonTree.ParseStored(stored.Json), instance, instance is null ? null : JsonTree.ParseStored(instance.Json));
            if (_change(target, options.Value) is { } refusal)
            {
                return StatusErrors.Conflict(call.Kind, call.Request.Name, refusal);
            }

            if (options.Value.IsDryRun || await TryCommitAsync(stored, before, target, call.Cancel))
            {
                call.Http.Response.StatusCode = 202;
                return null;
            }
        }

        return StatusErrors.Conflict(call.Kind, call.Request.Name);
    }

    private async ValueTask<bool> TryCommitAsync(StoredObject stored, JsonObject before, PowerTarget target, CancellationToken cancel)
    {
        if (!JsonNode.DeepEquals(before["spec"], target.Machine["spec"]) && target.Machine.Child("metadata") is { } metadata)
        {
            metadata["generation"] = (metadata.Integer("generation") ?? 0) + 1;
        }

        List<Mutation> batch = [StoredEdit.Replace(stored, target.Machine)];
        if (target.IsInstanceChanged)
        {
            batch.Add(StoredEdit.Replace(target.StoredInstance!, target.Instance!) with { Needs = 0 });
        }

        IReadOnlyList<CommitResult> results = await _store.CommitAsync(batch, cancel: cancel);
        return results.All(r => r.Outcome == CommitOutcome.Committed);
    }
}

/// <summary>What a change of power is made on.</summary>
/// <param name="Machine">The VirtualMachine, to be altered.</param>
/// <param name="StoredInstance">Its instance; null where there is none.</param>
/// <param name="Instance">The same as a tree, to be altered.</param>
internal sealed record PowerTarget(JsonObject Machine, StoredObject? StoredInstance, JsonObject? Instance)
{
    public string Strategy => RunStrategies.Of(Machine);

    public string? Phase => Instance.Child("status").Text("phase");

    public bool IsFinal => Phase is "Succeeded" or "Failed";

    /// <summary>There is an instance that has not ended.</summary>
    public bool IsActive => Instance is not null && !IsFinal;

    public bool IsInstanceChanged { get; private set; }

    /// <summary>Shortens the time that the guest has to shut down.</summary>
    public void SetGrace(long seconds)
    {
        if (Instance?.ObjectOrNew("spec") is { } spec && (spec.Integer("terminationGracePeriodSeconds") ?? VirtualMachineNames.DefaultGraceSeconds) != seconds)
        {
            spec["terminationGracePeriodSeconds"] = seconds;
            IsInstanceChanged = true;
        }
    }

    public void Ask(string action, bool isPaused = false)
    {
        JsonObject status = Machine.ObjectOrNew("status")!;
        if (status["stateChangeRequests"] is not JsonArray requests)
        {
            status["stateChangeRequests"] = requests = [];
        }

        var request = new JsonObject { ["action"] = action };
        if (action == RunStrategies.Stop)
        {
            request["uid"] = StoredInstance!.Uid;
        }

        if (isPaused)
        {
            request["data"] = new JsonObject { ["paused"] = "true" };
        }

        requests.Add(request);
    }
}
