using k8s.Models;
using Orchestrator.Model.Json;
using Orchestrator.Model.Rules;

namespace Orchestrator.Model.Kinds.BuiltIn;

internal static class NamespaceKind
{
    public static ResourceKind Create() => new()
    {
        Group = "",
        Version = "v1",
        Kind = "Namespace",
        Plural = "namespaces",
        Namespaced = false,
        ClrType = typeof(V1Namespace),
        ShortNames = ["ns"],
        HasStatus = true,
        NameFormat = NameFormat.DnsLabel,
        Deletion = NamespaceDeletion.Instance,
        SelectableFields = ["status.phase"],
        Columns =
        [
            Column.Text("Status", "Active, or Terminating while its content is deleted.", o => o.Child("status").Text("phase")),
        ],
        Rules = new NamespaceRules(),
    };
}
