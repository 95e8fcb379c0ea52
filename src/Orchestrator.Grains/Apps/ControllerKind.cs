using System.Text.Json.Nodes;
using Orchestrator.Grains.Events;
using Orchestrator.Grains.Objects;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Grains.Apps;

/// <summary>A kind whose objects control others, and by what name its controller goes.</summary>
/// <param name="ApiVersion">Of its objects.</param>
/// <param name="Kind">Of its objects.</param>
/// <param name="Resource">Storage name.</param>
/// <param name="Component">Name of its controller, in events and for admission.</param>
internal sealed record ControllerKind(string ApiVersion, string Kind, string Resource, string Component)
{
    public static readonly ControllerKind Deployment = new("apps/v1", "Deployment", Resources.Deployments, "deployment-controller");
    public static readonly ControllerKind ReplicaSet = new("apps/v1", "ReplicaSet", Resources.ReplicaSets, "replicaset-controller");
    public static readonly ControllerKind ReplicationController = new("v1", "ReplicationController", Resources.ReplicationControllers, "replication-controller");
    public static readonly ControllerKind StatefulSet = new("apps/v1", "StatefulSet", Resources.StatefulSets, "statefulset-controller");
    public static readonly ControllerKind DaemonSet = new("apps/v1", "DaemonSet", Resources.DaemonSets, "daemonset-controller");
    public static readonly ControllerKind Job = new("batch/v1", "Job", Resources.Jobs, "job-controller");
    public static readonly ControllerKind CronJob = new("batch/v1", "CronJob", Resources.CronJobs, "cronjob-controller");
    public static readonly ControllerKind Autoscaler = new("autoscaling/v2", "HorizontalPodAutoscaler", Resources.Autoscalers, "horizontal-pod-autoscaler");
    public static readonly ControllerKind VirtualMachine = new("kubevirt.io/v1", "VirtualMachine", Resources.VirtualMachines, "virtualmachine-controller");
    public static readonly ControllerKind InstanceReplicaSet = new("kubevirt.io/v1", "VirtualMachineInstanceReplicaSet", Resources.InstanceReplicaSets, "virtualmachineinstancereplicaset-controller");
    public static readonly ControllerKind VirtualMachineInstance = new("kubevirt.io/v1", "VirtualMachineInstance", Resources.VirtualMachineInstances, "virtualmachineinstance-controller");

    /// <summary>The reference that a controlled object carries.</summary>
    public JsonObject Reference(StoredObject controller) => new()
    {
        ["apiVersion"] = ApiVersion,
        ["kind"] = Kind,
        ["name"] = controller.Key.Name,
        ["uid"] = controller.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    /// <summary>An event about one of its objects.</summary>
    public ObservedEvent Event(StoredObject about, string reason, string message, bool isWarning = false) =>
        new(ApiVersion, Kind, about.Key.Namespace, about.Key.Name, about.Uid, isWarning, reason, message, Component);

    /// <summary>The write that makes an object without a controller one of its own.</summary>
    public UpdateObject Adoption(StoredObject adopted, StoredObject controller)
    {
        JsonObject obj = StoredJson.Read(adopted);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        if (metadata["ownerReferences"] is not JsonArray references)
        {
            metadata["ownerReferences"] = references = [];
        }

        references.Add(Reference(controller));
        return StoredJson.Replace(adopted, obj);
    }

    /// <summary>The write that lets go of an object.</summary>
    public static UpdateObject Release(StoredObject released, StoredObject controller)
    {
        JsonObject obj = StoredJson.Read(released);
        JsonObject metadata = obj.ObjectOrNew("metadata")!;
        List<JsonNode> left = [.. metadata.Items("ownerReferences").Select(r => r.Item).Where(r => r.Text("uid") != controller.Uid).Select(r => r.DeepClone())];
        metadata.Remove("ownerReferences");
        if (left.Count > 0)
        {
            metadata["ownerReferences"] = new JsonArray([.. left]);
        }

        return StoredJson.Replace(released, obj);
    }
}
