using System.Text.Json.Nodes;
using Orchestrator.Api.Admission;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>
/// Nobody grants what they do not hold: rules of roles and roles of bindings must be covered by the writer's own rules, unless they may
/// <c>escalate</c> the role or <c>bind</c> it. Otherwise the right to write roles would be the right to everything.
/// </summary>
internal sealed class RbacEscalation(RbacPolicy policy, AuthorizerChain authorizers, ServedKinds kinds) : IAdmissionCheck
{
    private static readonly PolicyRule[] Everything =
        [new([PolicyRule.Any], [PolicyRule.Any], [PolicyRule.Any], [], []), new([PolicyRule.Any], [], [], [], [PolicyRule.Any])];

    public bool AppliesTo(ResourceKind kind, string verb, string subresource) => verb is "create" or "update" && kind.Group == RbacResources.Group;

    public async ValueTask<StatusError?> CheckAsync(AdmissionRequest request, CancellationToken cancel)
    {
        if (request.Call.User.IsIn(WellKnown.MastersGroup))
        {
            return null;
        }

        return request.Kind.Kind is "RoleBinding" or "ClusterRoleBinding"
            ? await CheckBindingAsync(request, cancel)
            : await CheckRoleAsync(request, cancel);
    }

    private async ValueTask<StatusError?> CheckRoleAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var (role, old) = (request.Object, request.Old);
        if (old is not null && Same(role["rules"], old["rules"]) && Same(role["aggregationRule"], old["aggregationRule"]))
        {
            return null;
        }

        if (await MayAsync(request.Call, "escalate", request.Kind.Plural, request.Namespace, request.Name, cancel))
        {
            return null;
        }

        // Whoever chooses the labels to gather could gather anything.
        if ((role["aggregationRule"] is not null || old?["aggregationRule"] is not null) && Lacks(request, Everything).Count > 0)
        {
            return StatusErrors.Forbidden(request.Kind, request.Name, "must have cluster-admin privileges to use the aggregationRule");
        }

        return Judge(request, [.. role.Items("rules").Select(r => PolicyRule.Read(r.Item))]);
    }

    private async ValueTask<StatusError?> CheckBindingAsync(AdmissionRequest request, CancellationToken cancel)
    {
        var (binding, old) = (request.Object, request.Old);
        if (old is not null && Same(binding["roleRef"], old["roleRef"]) && Same(binding["subjects"], old["subjects"]))
        {
            return null;
        }

        var role = binding.Child("roleRef");
        var name = role.Text("name") ?? "";
        var isNamespaced = role.Text("kind") == "Role";
        if (await MayAsync(request.Call, "bind", isNamespaced ? "roles" : "clusterroles", request.Namespace, name, cancel))
        {
            return null;
        }

        return policy.Latest().Role(isNamespaced ? request.Namespace : null, name) is { } rules
            ? Judge(request, rules)
            : StatusErrors.NotFound(kinds.Current.FindKind(RbacResources.Group + "/v1", isNamespaced ? "Role" : "ClusterRole")!, name);
    }

    private StatusError? Judge(AdmissionRequest request, IReadOnlyList<PolicyRule> wanted)
    {
        var missing = Lacks(request, wanted);
        if (missing.Count == 0)
        {
            return null;
        }

        var user = request.Call.User;
        var rules = string.Join('\n', missing.Select(r => r.ToString()).Order(StringComparer.Ordinal));
        return StatusErrors.Forbidden(
            request.Kind,
            request.Name,
            $"user \"{user.Name}\" (groups={PolicyRule.Quoted(user.Groups)}) is attempting to grant RBAC permissions not currently held:\n{rules}");
    }

    private IReadOnlyList<PolicyRule> Lacks(AdmissionRequest request, IReadOnlyList<PolicyRule> wanted) =>
        RuleCover.Missing(policy.Latest().RulesFor(request.Call.User, request.Namespace), wanted);

    private async ValueTask<bool> MayAsync(ApiCall call, string verb, string resource, string ns, string name, CancellationToken cancel)
    {
        var asked = AskedRequest.OfResource(verb, RbacResources.Group, "v1", resource, "", ns, name);
        return (await authorizers.DecideAsync(call.User, asked, cancel)).Allowed;
    }

    private static bool Same(JsonNode? one, JsonNode? other) => (one.IsUnset() && other.IsUnset()) || JsonNode.DeepEquals(one, other);
}
