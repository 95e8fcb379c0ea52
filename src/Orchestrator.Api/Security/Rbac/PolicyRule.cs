using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>One rule of a Role or ClusterRole (<c>rbac.authorization.k8s.io/v1 PolicyRule</c>), ready to be asked. Either resources or paths are named.</summary>
public sealed class PolicyRule(
    IReadOnlyList<string> verbs, IReadOnlyList<string> apiGroups, IReadOnlyList<string> resources, IReadOnlyList<string> resourceNames, IReadOnlyList<string> nonResourceUrls)
{
    public const string Any = "*";

    private readonly string[] _verbs = [.. verbs];
    private readonly string[] _apiGroups = [.. apiGroups];
    private readonly string[] _resources = [.. resources];
    private readonly string[] _resourceNames = [.. resourceNames];
    private readonly string[] _urls = [.. nonResourceUrls];

    public IReadOnlyList<string> Verbs => _verbs;

    public IReadOnlyList<string> ApiGroups => _apiGroups;

    public IReadOnlyList<string> Resources => _resources;

    public IReadOnlyList<string> ResourceNames => _resourceNames;

    public IReadOnlyList<string> NonResourceUrls => _urls;

    public static PolicyRule Read(JsonObject rule) => new(
        [.. rule.Texts("verbs")], [.. rule.Texts("apiGroups")], [.. rule.Texts("resources")], [.. rule.Texts("resourceNames")], [.. rule.Texts("nonResourceURLs")]);

    public JsonObject ToJson()
    {
        var rule = new JsonObject();
        Add(rule, "apiGroups", _apiGroups);
        Add(rule, "nonResourceURLs", _urls);
        Add(rule, "resourceNames", _resourceNames);
        Add(rule, "resources", _resources);
        Add(rule, "verbs", _verbs);
        return rule;
    }

    /// <summary>True where the rule allows the request.</summary>
    public bool Allows(RequestInfo request) => request.IsResource
        ? Has(_verbs, request.Verb) && Has(_apiGroups, request.Group) && AllowsResource(request.Resource, request.Subresource) && AllowsName(request)
        : Has(_verbs, request.Verb) && AllowsUrl(request.Path);

    /// <summary>True for paths that a rule names, or begins with where the rule ends in <c>*</c>.</summary>
    public bool AllowsUrl(string path)
    {
        foreach (var url in _urls)
        {
            if (url == Any || string.Equals(url, path, StringComparison.Ordinal)
                || (url.EndsWith('*') && path.AsSpan().StartsWith(url.AsSpan(0, url.Length - 1), StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>True for <c>*</c>, for the resource (with its subresource: <c>pods/log</c>), and for the subresource of every resource: <c>*/scale</c>.</summary>
    public bool AllowsResource(string resource, string subresource)
    {
        foreach (var named in _resources)
        {
            if (named == Any)
            {
                return true;
            }

            if (subresource.Length == 0)
            {
                if (string.Equals(named, resource, StringComparison.Ordinal))
                {
                    return true;
                }

                continue;
            }

            var slash = named.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0 && named.AsSpan(slash + 1).SequenceEqual(subresource)
                && (named.AsSpan(0, slash) is Any || named.AsSpan(0, slash).SequenceEqual(resource)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>As Kubernetes describes rules to people: <c>{APIGroups:[""], Resources:["pods"], Verbs:["get"]}</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        Append(text, "APIGroups", _apiGroups);
        Append(text, "Resources", _resources);
        Append(text, "NonResourceURLs", _urls);
        Append(text, "ResourceNames", _resourceNames);
        Append(text, "Verbs", _verbs);
        return text.Append('}').ToString();
    }

    internal static string Quoted(IEnumerable<string> values) => $"[{string.Join(' ', values.Select(v => $"\"{v}\""))}]";

    private static void Append(StringBuilder text, string name, string[] values)
    {
        if (values.Length > 0)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(name).Append(':').Append(Quoted(values));
        }
    }

    private bool AllowsName(RequestInfo request)
    {
        if (_resourceNames.Length == 0)
        {
            return true;
        }

        var name = request.AuthorizationName;
        return name.Length > 0 && Array.IndexOf(_resourceNames, name) >= 0;
    }

    private static bool Has(string[] values, string wanted)
    {
        foreach (var value in values)
        {
            if (value == Any || string.Equals(value, wanted, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(JsonObject rule, string name, string[] values)
    {
        if (values.Length > 0)
        {
            rule[name] = new JsonArray([.. values.Select(v => (JsonNode)v)]);
        }
    }
}
