using System.Text.Json.Nodes;
using Orchestrator.Api.Decoding;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>The roles and bindings of <c>policy.yaml</c> as objects of the API.</summary>
public static class BootstrapPolicy
{
    public const string AutoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

    private const string Resource = "Orchestrator.Api.Security.Rbac.policy.yaml";
    private const string ApiVersion = RbacResources.Group + "/v1";
    private const int MaxDepth = 16;

    /// <summary>Roles first, so that a binding never names one that is not there. Without uid and times.</summary>
    public static IEnumerable<JsonObject> All()
    {
        using var stream = typeof(BootstrapPolicy).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not embedded");
        using var text = new StreamReader(stream);
        var policy = (JsonObject)YamlTree.Parse(text, MaxDepth)!;
        return
        [
            .. policy.Child("clusterRoles")!.Select(r => Role(r.Key, (JsonObject)r.Value!)),
            .. policy.Child("clusterRoleBindings")!.Select(b => Binding(b.Key, (JsonObject)b.Value!)),
        ];
    }

    private static JsonObject Role(string name, JsonObject role)
    {
        var obj = New("ClusterRole", name, role.Child("labels"));
        if (role["aggregate"] is not null)
        {
            obj["aggregationRule"] = new JsonObject
            {
                ["clusterRoleSelectors"] = new JsonArray([.. role.Texts("aggregate").Select(a => (JsonNode)new JsonObject
                {
                    ["matchLabels"] = new JsonObject { [$"rbac.authorization.k8s.io/aggregate-to-{a}"] = "true" },
                })]),
            };
        }

        obj["rules"] = new JsonArray(
        [
            .. role.Items("rules").Select(r => (JsonNode)new PolicyRule(
                [.. r.Item.Texts("verbs")], [.. r.Item.Texts("groups")], [.. r.Item.Texts("resources")], [.. r.Item.Texts("names")], []).ToJson()),
            .. role.Items("paths").Select(r => (JsonNode)new PolicyRule([.. r.Item.Texts("verbs")], [], [], [], [.. r.Item.Texts("paths")]).ToJson()),
        ]);
        return obj;
    }

    private static JsonObject Binding(string name, JsonObject binding)
    {
        var obj = New("ClusterRoleBinding", name, null);
        obj["roleRef"] = new JsonObject { ["apiGroup"] = RbacResources.Group, ["kind"] = "ClusterRole", ["name"] = binding.Text("role") };
        obj["subjects"] = new JsonArray([.. binding.Texts("users").Select(u => (JsonNode)Subject("User", u)), .. binding.Texts("groups").Select(g => (JsonNode)Subject("Group", g))]);
        return obj;
    }

    private static JsonObject Subject(string kind, string name) => new() { ["apiGroup"] = RbacResources.Group, ["kind"] = kind, ["name"] = name };

    private static JsonObject New(string kind, string name, JsonObject? labels)
    {
        var all = new JsonObject { ["kubernetes.io/bootstrapping"] = "rbac-defaults" };
        foreach (var (key, value) in labels ?? [])
        {
            all[key] = value?.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = ApiVersion,
            ["kind"] = kind,
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["annotations"] = new JsonObject { [AutoUpdate] = "true" },
                ["labels"] = all,
            },
        };
    }
}
