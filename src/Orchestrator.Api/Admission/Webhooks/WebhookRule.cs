using System.Text.Json.Nodes;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Admission.Webhooks;

/// <summary>One rule of a webhook (<c>admissionregistration.k8s.io/v1 RuleWithOperations</c>): what it is called for.</summary>
/// <param name="Operations">CREATE, UPDATE, DELETE, CONNECT, or <c>*</c>.</param>
/// <param name="Groups">API groups, or <c>*</c>.</param>
/// <param name="Versions">Versions, or <c>*</c>.</param>
/// <param name="Resources">Plurals and subresources, each of which may be <c>*</c>; an empty subresource is the object itself.</param>
/// <param name="Scope">Cluster, Namespaced, or <c>*</c>.</param>
internal sealed record WebhookRule(
    string[] Operations, string[] Groups, string[] Versions, (string Resource, string Subresource)[] Resources, string Scope)
{
    private const string Any = "*";

    public static WebhookRule Read(JsonObject rule) => new(
        [.. rule.Texts("operations")],
        [.. rule.Texts("apiGroups")],
        [.. rule.Texts("apiVersions")],
        [.. rule.Texts("resources").Select(Split)],
        rule.Text("scope") is { Length: > 0 } scope ? scope : Any);

    public bool Matches(string operation, ResourceKind kind, string subresource) =>
        Has(Operations, operation) && Has(Groups, kind.Group) && Has(Versions, kind.Version) && HasResource(kind.Plural, subresource)
        && Scope switch
        {
            "Cluster" => !kind.Namespaced,
            "Namespaced" => kind.Namespaced,
            _ => true,
        };

    private static bool Has(string[] wanted, string actual)
    {
        foreach (string one in wanted)
        {
            if (one is Any || one == actual)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasResource(string resource, string subresource)
    {
        foreach ((string wanted, string wantedSubresource) in Resources)
        {
            if ((wanted is Any || wanted == resource) && (wantedSubresource is Any || wantedSubresource == subresource))
            {
                return true;
            }
        }

        return false;
    }

    private static (string Resource, string Subresource) Split(string text)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..]);
    }
}
