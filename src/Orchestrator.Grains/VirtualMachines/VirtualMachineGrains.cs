using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Orchestrator.Grains.Apps;
using Orchestrator.Grains.Garbage;
using Orchestrator.Grains.Objects;
using Orchestrator.Grains.Reconciling;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Grains.VirtualMachines;

/// <summary>Looks after one VirtualMachine. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IVirtualMachineGrain : IReconcilerGrain;

/// <summary>Looks after one VirtualMachineInstance. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IVirtualMachineInstanceGrain : IReconcilerGrain;

/// <summary>Looks after one VirtualMachineInstanceReplicaSet. The key is <c>NAMESPACE/NAME</c>.</summary>
public interface IInstanceReplicaSetGrain : IReconcilerGrain;

internal sealed class VirtualMachineGrain(AppsParts parts, ILogger<VirtualMachineGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), IVirtualMachineGrain
{
    private readonly RefusalBackOff _refusals = new();

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.VirtualMachines, key[0], key[1])) is not { } machine)
        {
            return ReconcilePlan.Gone;
        }

        StoredObject? named = Store.Get(new ObjectKey(Resources.VirtualMachineInstances, key[0], key[1]));
        bool isOwn = named is not null && OwnerReference.Of(named).Any(r => r.IsController && r.Uid == machine.Uid);
        JsonObject json = StoredJson.Read(machine);
        var view = new VirtualMachineView(machine, json, isOwn ? named : null, named is not null && !isOwn, _refusals.MayTry(now), now, MachineModels.Of(json, key[0], Store.Get));
        return _refusals.Watch(VirtualMachinePlan.Plan(view), now);
    }
}

internal sealed class VirtualMachineInstanceGrain(AppsParts parts, ILogger<VirtualMachineInstanceGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), IVirtualMachineInstanceGrain
{
    private readonly RefusalBackOff _refusals = new();

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.VirtualMachineInstances, key[0], key[1])) is not { } instance)
        {
            return ReconcilePlan.Gone;
        }

        JsonObject json = StoredJson.Read(instance);
        var view = new InstanceView(instance, json, parts.Owned(Resources.Pods, instance), _refusals.MayTry(now), now) { Claims = ClaimsOf(json, key[0]) };
        return _refusals.Watch(InstancePlan.Plan(view), now);
    }

    private Dictionary<string, JsonObject> ClaimsOf(JsonObject instance, string ns) => InstanceClaims.Of(instance)
        .Select(v => v.Claim).Distinct(StringComparer.Ordinal)
        .Select(c => (Name: c, Stored: Store.Get(new ObjectKey(Resources.VolumeClaims, ns, c))))
        .Where(c => c.Stored is not null)
        .ToDictionary(c => c.Name, c => StoredJson.Read(c.Stored!), StringComparer.Ordinal);
}

internal sealed class InstanceReplicaSetGrain(AppsParts parts, ILogger<InstanceReplicaSetGrain> logger)
    : ReconcilingGrain(parts.Store, parts.Events, parts.Time, logger, parts.Admission), IInstanceReplicaSetGrain
{
    private readonly RefusalBackOff _refusals = new();

    protected override ReconcilePlan Plan(DateTimeOffset now)
    {
        string[] key = this.GetPrimaryKeyString().Split('/', 2);
        if (Store.Get(new ObjectKey(Resources.InstanceReplicaSets, key[0], key[1])) is not { } set)
        {
            return ReconcilePlan.Gone;
        }

        var view = new InstanceReplicaSetView(set, StoredJson.Read(set), parts.Owned(Resources.VirtualMachineInstances, set), _refusals.MayTry(now), now);
        return _refusals.Watch(InstanceReplicaSetPlan.Plan(view), now);
    }
}
