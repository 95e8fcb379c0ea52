using Orchestrator.Api.Requests;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>
/// The whole policy at one moment, immutable: by user and by group, for the cluster and for each namespace, the roles that are granted. A decision is
/// a few dictionary look-ups and a walk over the found rules, and allocates nothing.
/// </summary>
internal sealed class RbacSnapshot
{
    private readonly Dictionary<ObjectKey, CompiledRole> _roles = [];
    private readonly Dictionary<ObjectKey, CompiledBinding> _bindings = [];
    private readonly Grants _cluster = new();
    private readonly Dictionary<string, Grants> _namespaces = new(StringComparer.Ordinal);

    private RbacSnapshot(IReadOnlyList<IReadOnlyList<StoredObject>> sources) => Sources = sources;

    public static RbacSnapshot Empty { get; } = new([[], [], [], []]);

    /// <summary>What it was made from, in the order of <see cref="RbacResources.All"/>.</summary>
    public IReadOnlyList<IReadOnlyList<StoredObject>> Sources { get; }

    /// <summary>Makes the next snapshot; what has not changed since the last one is not read again.</summary>
    public static RbacSnapshot Build(RbacSnapshot last, IReadOnlyList<IReadOnlyList<StoredObject>> sources)
    {
        var next = new RbacSnapshot(sources);
        foreach (var role in sources[0].Concat(sources[1]))
        {
            next._roles[role.Key] = last._roles.GetValueOrDefault(role.Key) is { } known && ReferenceEquals(known.Stored, role) ? known : CompiledRole.Read(role);
        }

        foreach (var binding in sources[2].Concat(sources[3]))
        {
            next.Add(last._bindings.GetValueOrDefault(binding.Key) is { } known && ReferenceEquals(known.Stored, binding) ? known : CompiledBinding.Read(binding));
        }

        return next;
    }

    /// <summary>The role of the name; a null namespace means a ClusterRole.</summary>
    public IReadOnlyList<PolicyRule>? Role(string? ns, string name) =>
        _roles.GetValueOrDefault(ns is null ? new ObjectKey(RbacResources.ClusterRoles, "", name) : new ObjectKey(RbacResources.Roles, ns, name))?.Rules;

    /// <summary>Why the request is allowed; null where it is not.</summary>
    public string? Allows(UserInfo user, RequestInfo request)
    {
        if (_cluster.Allows(user, request) is { } reason)
        {
            return reason;
        }

        var ns = request.AuthorizationNamespace;
        return request.IsResource && ns.Length > 0 && _namespaces.TryGetValue(ns, out var grants) ? grants.Allows(user, request) : null;
    }

    /// <summary>All rules that hold for the user in the namespace; only the cluster-wide ones where it is empty.</summary>
    public IReadOnlyList<PolicyRule> RulesFor(UserInfo user, string ns)
    {
        var rules = new List<PolicyRule>();
        _cluster.Collect(user, rules);
        if (_namespaces.TryGetValue(ns, out var grants))
        {
            grants.Collect(user, rules);
        }

        return rules;
    }

    /// <summary>Roles that bindings of the user name and that do not exist, as Kubernetes says it at the end of a refusal; empty for none.</summary>
    public string MissingRoles(UserInfo user, string ns)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        _cluster.CollectMissing(user, missing);
        if (_namespaces.TryGetValue(ns, out var grants))
        {
            grants.CollectMissing(user, missing);
        }

        return missing.Count switch
        {
            0 => "",
            1 => $"RBAC: {missing.Min}",
            _ => $"RBAC: [{string.Join(", ", missing)}]",
        };
    }

    private void Add(CompiledBinding binding)
    {
        var key = binding.Stored.Key;
        _bindings[key] = binding;
        var roleNamespace = binding.RoleIsNamespaced ? key.Namespace : null;
        var rules = Role(roleNamespace, binding.RoleName);
        var missing = rules is null ? $"{(roleNamespace is null ? "clusterrole" : "role")}.{RbacResources.Group} \"{binding.RoleName}\" not found" : null;
        var grants = _cluster;
        if (key.Namespace.Length > 0 && !_namespaces.TryGetValue(key.Namespace, out grants!))
        {
            _namespaces[key.Namespace] = grants = new Grants();
        }

        foreach (var subject in binding.Subjects)
        {
            grants.Add(subject, new Grant(rules ?? [], subject.Reason, missing));
        }
    }

    /// <param name="Rules">Rules of the role.</param>
    /// <param name="Reason">What is said of a request that they allow.</param>
    /// <param name="Missing">Where there is no such role: that.</param>
    private sealed record Grant(IReadOnlyList<PolicyRule> Rules, string Reason, string? Missing);

    private sealed class Grants
    {
        private readonly Dictionary<string, List<Grant>> _users = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<Grant>> _groups = new(StringComparer.Ordinal);

        public void Add(CompiledSubject subject, Grant grant)
        {
            var table = subject.IsGroup ? _groups : _users;
            if (!table.TryGetValue(subject.Name, out var grants))
            {
                table[subject.Name] = grants = [];
            }

            grants.Add(grant);
        }

        public string? Allows(UserInfo user, RequestInfo request)
        {
            var reason = _users.TryGetValue(user.Name, out var own) ? Allows(own, request) : null;
            for (var i = 0; reason is null && i < user.Groups.Count; i++)
            {
                reason = _groups.TryGetValue(user.Groups[i], out var grants) ? Allows(grants, request) : null;
            }

            return reason;
        }

        public void Collect(UserInfo user, List<PolicyRule> rules) => rules.AddRange(Of(user).SelectMany(g => g.Rules));

        public void CollectMissing(UserInfo user, SortedSet<string> missing) => missing.UnionWith(Of(user).Select(g => g.Missing).OfType<string>());

        private IEnumerable<Grant> Of(UserInfo user) => _users.GetValueOrDefault(user.Name, [])
            .Concat(user.Groups.SelectMany(g => _groups.GetValueOrDefault(g, [])));

        private static string? Allows(List<Grant> grants, RequestInfo request)
        {
            foreach (var grant in grants)
            {
                for (var i = 0; i < grant.Rules.Count; i++)
                {
                    if (grant.Rules[i].Allows(request))
                    {
                        return grant.Reason;
                    }
                }
            }

            return null;
        }
    }
}
