using System.Text.Json.Nodes;
using Orchestrator.Model;

namespace Orchestrator.Api.Bootstrap;

/// <summary>What every cluster has from its first start: namespaces, the runtime classes of the built-in runtimes, a class of local volumes, the system's priority classes.</summary>
public static class BootstrapObjects
{
    /// <summary>In the order in which they are made. Without uid and times; those come with the writing.</summary>
    public static IEnumerable<JsonObject> All()
    {
        foreach (string name in WellKnown.SystemNamespaces)
        {
            yield return New("v1", "Namespace", name);
        }

        foreach (string handler in (string[])[RuntimeHandlers.Runc, RuntimeHandlers.Qemu, RuntimeHandlers.Kvm, RuntimeHandlers.Vm])
        {
            JsonObject runtimeClass = New("node.k8s.io/v1", "RuntimeClass", handler);
            runtimeClass["handler"] = handler;
            yield return runtimeClass;
        }

        // Directories on the node, made when the first pod of a claim is placed; see docs/storage.md.
        JsonObject local = New("storage.k8s.io/v1", "StorageClass", "local");
        local["metadata"]!["annotations"] = new JsonObject { ["storageclass.kubernetes.io/is-default-class"] = "true" };
        local["provisioner"] = LocalVolumes.Provisioner;
        local["reclaimPolicy"] = "Delete";
        local["volumeBindingMode"] = "WaitForFirstConsumer";
        yield return local;

        foreach ((string name, int value) in WellKnown.SystemPriorityClasses)
        {
            JsonObject priorityClass = New("scheduling.k8s.io/v1", "PriorityClass", name);
            priorityClass["value"] = value;
            priorityClass["description"] = name == WellKnown.SystemNodeCritical
                ? "For workloads that a node cannot do without."
                : "For workloads that the cluster cannot do without.";
            yield return priorityClass;
        }
    }

    private static JsonObject New(string apiVersion, string kind, string name) => new()
    {
        ["apiVersion"] = apiVersion,
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
    };
}
