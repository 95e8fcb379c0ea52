using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Testing.Cluster;

/// <summary>Nodes, hypervisors, pods and so on as they are stored, for tests that write them past the API.</summary>
public static class ClusterObjects
{
    public static JsonObject Node(string name, string cpu = "4", string memory = "8Gi", string pods = "110", bool ready = true) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = Metadata("", name),
        ["spec"] = new JsonObject(),
        ["status"] = new JsonObject
        {
            ["allocatable"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory, ["pods"] = pods },
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False" }),
        },
    };

    public static JsonObject Hypervisor(string node, string technology, params string[] handlers) => new()
    {
        ["apiVersion"] = "orchestrator.dev/v1",
        ["kind"] = "Hypervisor",
        ["metadata"] = Metadata("", $"{node}-{technology}"),
        ["spec"] = new JsonObject { ["nodeName"] = node, ["technology"] = technology },
        ["status"] = new JsonObject
        {
            ["runtimeHandlers"] = new JsonArray([.. handlers.Select(h => JsonValue.Create(h))]),
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
        },
    };

    public static JsonObject RuntimeClass(string name, string handler) => new()
    {
        ["apiVersion"] = "node.k8s.io/v1",
        ["kind"] = "RuntimeClass",
        ["metadata"] = Metadata("", name),
        ["handler"] = handler,
    };

    public static JsonObject Namespace(string name) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Namespace",
        ["metadata"] = Metadata("", name),
        ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
        ["status"] = new JsonObject { ["phase"] = "Active" },
    };

    public static JsonObject Pod(string name, string cpu = "100m", string memory = "64Mi", string ns = "default") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = Metadata(ns, name),
        ["spec"] = new JsonObject
        {
            ["schedulerName"] = WellKnown.DefaultSchedulerName,
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "main",
                ["image"] = "busybox:1",
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = cpu, ["memory"] = memory } },
            }),
        },
        ["status"] = new JsonObject { ["phase"] = "Pending" },
    };

    /// <summary>The write that creates the object; gives it a uid where it has none.</summary>
    public static CreateObject Create(string resource, JsonObject obj)
    {
        ArgumentNullException.ThrowIfNull(obj);
        JsonNode metadata = obj["metadata"]!;
        string uid = metadata["uid"]!.GetValue<string>();
        var key = new ObjectKey(resource, metadata["namespace"]?.GetValue<string>() ?? "", metadata["name"]!.GetValue<string>());
        return new CreateObject(key, uid, JsonSerializer.SerializeToUtf8Bytes(obj));
    }

    /// <summary>The write that changes the stored object.</summary>
    public static UpdateObject Change(StoredObject stored, Action<JsonObject> edit)
    {
        ArgumentNullException.ThrowIfNull(stored);
        ArgumentNullException.ThrowIfNull(edit);
        JsonObject obj = Read(stored);
        edit(obj);
        (obj["metadata"] as JsonObject)?.Remove("resourceVersion");
        return new UpdateObject(stored.Key, stored.Revision, JsonSerializer.SerializeToUtf8Bytes(obj));
    }

    public static JsonObject Read(StoredObject stored)
    {
        ArgumentNullException.ThrowIfNull(stored);
        return (JsonObject)JsonNode.Parse(stored.Json.Span)!;
    }

    private static JsonObject Metadata(string ns, string name)
    {
        // Unique by key, and the same in every run.
        string uid = string.Create(CultureInfo.InvariantCulture, $"uid-of-{ns}-{name}");
        return ns.Length == 0
            ? new JsonObject { ["name"] = name, ["uid"] = uid }
            : new JsonObject { ["name"] = name, ["namespace"] = ns, ["uid"] = uid };
    }
}
