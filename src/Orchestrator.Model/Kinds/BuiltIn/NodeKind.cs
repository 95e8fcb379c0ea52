using System.Text.Json.Nodes;
using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

internal static class NodeKind
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    public static ResourceKind Create() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Node",
        Plural = "nodes",
        Namespaced = false,
        ClrType = typeof(V1Node),
        ShortNames = ["no"],
        HasStatus = true,
        CreatesWithStatus = true,
        SelectableFields = ["spec.unschedulable"],
        Columns =
        [
            Column.Text("Status", "Whether the node's agent is ready and pods may be placed on it.", Status),
            Column.Text("Roles", "Roles, from labels.", Roles),
            Column.Age(),
            Column.Text("Version", "Version of the agent.", o => Info(o, "kubeletVersion")),
            Column.Text("Internal-IP", "Address inside the cluster.", o => Address(o, "InternalIP"), Column.Wide),
            Column.Text("External-IP", "Address outside the cluster.", o => Address(o, "ExternalIP"), Column.Wide),
            Column.Text("OS-Image", "Operating system.", o => Info(o, "osImage") ?? "<unknown>", Column.Wide),
            Column.Text("Kernel-Version", "Kernel.", o => Info(o, "kernelVersion") ?? "<unknown>", Column.Wide),
            Column.Text("Container-Runtime", "Runtime and its version.", o => Info(o, "containerRuntimeVersion") ?? "<unknown>", Column.Wide),
        ],
        Rules = new NodeRules(),
    };

    private static string Status(JsonObject node)
    {
        string? ready = node.Child("status").Items("conditions").Select(c => c.Item)
            .FirstOrDefault(c => c.Text("type") == "Ready").Text("status");
        string status = ready switch { null => "Unknown", "True" => "Ready", _ => "NotReady" };
        return node.Child("spec").Flag("unschedulable") == true ? status + ",SchedulingDisabled" : status;
    }

    private static string Roles(JsonObject node)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach ((string key, JsonNode? value) in node.Child("metadata", "labels") ?? [])
        {
            if (key.StartsWith(RolePrefix, StringComparison.Ordinal) && key.Length > RolePrefix.Length)
            {
                roles.Add(key[RolePrefix.Length..]);
            }
            else if (key == RoleLabel && value.AsText() is { Length: > 0 } role)
            {
                roles.Add(role);
            }
        }

        return string.Join(',', roles);
    }

    private static string? Info(JsonObject node, string field) => node.Child("status", "nodeInfo").Text(field);

    private static string? Address(JsonObject node, string type) =>
        node.Child("status").Items("addresses").Select(a => a.Item).FirstOrDefault(a => a.Text("type") == type).Text("address");
}
