using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Apps.DaemonSets;
using Orchestrator.Grains.Apps.Deployments;
using Orchestrator.Grains.Apps.ReplicaSets;
using Orchestrator.Grains.Apps.StatefulSets;
using Orchestrator.Grains.Creations;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;
using Orchestrator.Testing.Simulation;

namespace Orchestrator.UnitTests.Controllers;

/// <summary>A cluster that one look of one controller at a time is taken at. Names and uids count up, so results are the same each time.</summary>
internal sealed class ControllerBench : IEventRecorder, IObjectAdmission
{
    private readonly AppsParts _parts;
    private int _created;

    public ControllerBench(DateTimeOffset now)
    {
        Time = new FakeTimeProvider(now);
        Database = new SimulatedDatabase(BuiltInKinds.Registry());
        Store = new DirectStore(Database);
        _parts = new AppsParts(Store, this, Time, this, new OrphanSightings());
    }

    public FakeTimeProvider Time { get; }

    public SimulatedDatabase Database { get; }

    public DirectStore Store { get; }

    public List<ObservedEvent> Events { get; } = [];

    /// <summary>Objects that are admitted before the next is refused.</summary>
    public int Admitted { get; set; } = int.MaxValue;

    public void Add(JsonObject obj)
    {
        ResourceKind kind = BuiltInKinds.Registry().FindKind(obj.Text("apiVersion")!, obj.Text("kind")!)!;
        kind.Rules.Default(obj);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        if (kind.Namespaced)
        {
            metadata.Default("namespace", "default");
        }

        metadata.Default("uid", "uid-of-" + metadata.Text("name"));
        metadata.Default("creationTimestamp", "2026-05-01T00:00:00Z");
        if (kind.HasGeneration)
        {
            metadata.Default("generation", 1);
        }

        var key = new ObjectKey(kind.StorageName, metadata.Text("namespace") ?? "", metadata.Text("name")!);
        Database.Commit([new CreateObject(key, metadata.Text("uid")!, JsonSerializer.SerializeToUtf8Bytes(obj))], null);
    }

    /// <summary>One look, and what it does done.</summary>
    public ReconcilePlan Look(string resource, string name)
    {
        IAppsPlanner planner = resource switch
        {
            "deployments.apps" => new DeploymentPlanner(_parts),
            "statefulsets.apps" => new StatefulSetPlanner(_parts),
            "daemonsets.apps" => new DaemonSetPlanner(_parts),
            "replicationcontrollers" => new ReplicaSetPlanner(_parts, ControllerKind.ReplicationController),
            _ => new ReplicaSetPlanner(_parts, ControllerKind.ReplicaSet),
        };
        ValueTask<ReconcilePlan> run = new(new Reconciliation(Store, this, Time, this)
            .RunAsync(now => planner.Plan(Store.Get(new ObjectKey(resource, "default", name))!, now), CancellationToken.None));

        // Nothing here waits for anything.
        Assert.True(run.IsCompleted);
        return run.GetAwaiter().GetResult();
    }

    void IEventRecorder.Record(ObservedEvent observed) => Events.Add(observed);

    ValueTask<AdmittedObjects> IObjectAdmission.AdmitAsync(NewObjects wanted, CancellationToken cancel) => new(new AdmittedObjects(
        [.. wanted.Bodies.Take(Admitted).Select(b => Stamp(wanted, b))], [], wanted.Bodies.Count > Admitted ? "refused by the case" : null));

    private CreateObject Stamp(NewObjects wanted, JsonObject body)
    {
        JsonObject metadata = body.ObjectOrNew("metadata")!;
        string name = metadata.Text("name") ?? string.Create(CultureInfo.InvariantCulture, $"{metadata.Text("generateName")}{++_created}");
        metadata["name"] = name;
        metadata["namespace"] = wanted.Namespace;
        metadata["uid"] = "uid-of-" + name;
        metadata["generation"] = 1;
        metadata["creationTimestamp"] = Time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (wanted.Resource == "pods")
        {
            body["status"] = new JsonObject { ["phase"] = "Pending" };
        }

        return new CreateObject(new ObjectKey(wanted.Resource, wanted.Namespace, name), "uid-of-" + name, JsonSerializer.SerializeToUtf8Bytes(body));
    }
}
