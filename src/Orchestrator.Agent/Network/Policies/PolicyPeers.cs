using System.Globalization;
using System.Net;
using System.Net.Sockets;
using k8s.Models;
using Orchestrator.Agent.Network.Rules;
using Orchestrator.Model.Selectors;

namespace Orchestrator.Agent.Network.Policies;

/// <summary>Whom policies name: addresses of pods, by selectors, and blocks of addresses.</summary>
internal sealed class PolicyPeers(PolicyInput input)
{
    private const string NameLabel = "kubernetes.io/metadata.name";
    private static readonly Dictionary<string, string> NoLabels = [];

    private readonly Dictionary<string, IDictionary<string, string>> _namespaces = input.Namespaces.ToDictionary(
        n => n.Metadata.Name,
        n => (IDictionary<string, string>)new Dictionary<string, string>(n.Metadata.Labels ?? NoLabels, StringComparer.Ordinal) { [NameLabel] = n.Metadata.Name },
        StringComparer.Ordinal);

    /// <summary>Pods that have an address of their own and have not ended: a later pod may have that of one that has.</summary>
    private readonly List<V1Pod> _pods = [.. input.Pods.Where(p => p.Spec.HostNetwork != true && p.Status?.Phase is not ("Succeeded" or "Failed") && IsIPv4(p.Status?.PodIP))];

    /// <summary>Matches on one side of a packet; one that matches everybody where no peers are given.</summary>
    /// <param name="table">Gets the sets that matches name.</param>
    /// <param name="side">saddr or daddr.</param>
    /// <param name="peers">The peers of a rule.</param>
    /// <param name="ns">Of the policy.</param>
    public IEnumerable<string> Matches(RuleTable table, string side, IList<V1NetworkPolicyPeer>? peers, string ns)
    {
        if (peers is not { Count: > 0 })
        {
            return [""];
        }

        var pods = Pods(peers, ns).Select(p => p.Status.PodIP).ToList();
        return peers.Select(p => p.IpBlock).OfType<V1IPBlock>().Select(block => Block(side, block)).OfType<string>()
            .Concat(pods.Count == 0 ? [] : [$"ip {side} @{SetOf(table, pods)}"]);
    }

    /// <summary>Matches of destinations with the number that a named port has in each.</summary>
    public IEnumerable<string> NamedMatches(RuleTable table, IList<V1NetworkPolicyPeer>? peers, string ns, string port, string protocol) =>
        from pod in peers is { Count: > 0 } ? Pods(peers, ns) : _pods
        let number = PortOf(pod, port, protocol)
        where number is not null
        group pod.Status.PodIP by number.Value into same
        orderby same.Key
        select string.Create(CultureInfo.InvariantCulture, $"ip daddr @{SetOf(table, [.. same])} meta l4proto {protocol} th dport {{ {same.Key} }}");

    /// <summary>The number of a pod's named port; null where it has none of that name and protocol.</summary>
    public static int? PortOf(V1Pod pod, string name, string protocol) => pod.Spec.Containers
        .Concat((pod.Spec.InitContainers ?? []).Where(c => c.RestartPolicy == "Always"))
        .SelectMany(c => c.Ports ?? [])
        .Where(p => p.Name == name && (p.Protocol ?? "TCP").Equals(protocol, StringComparison.OrdinalIgnoreCase))
        .Select(p => (int?)p.ContainerPort).FirstOrDefault();

    /// <summary>Whether labels fit a selector; one that is empty fits all.</summary>
    public static bool Selects(V1LabelSelector? selector, IDictionary<string, string>? labels) =>
        new LabelSelector(
        [
            .. (selector?.MatchLabels ?? NoLabels).Select(l => new LabelRequirement(l.Key, LabelOperator.In, [l.Value])),
            .. (selector?.MatchExpressions ?? []).Select(e => new LabelRequirement(e.Key, Enum.Parse<LabelOperator>(e.OperatorProperty), [.. e.Values ?? []])),
        ]).Matches(labels as IReadOnlyDictionary<string, string> ?? (labels is null ? NoLabels : new Dictionary<string, string>(labels, StringComparer.Ordinal)));

    private IEnumerable<V1Pod> Pods(IList<V1NetworkPolicyPeer> peers, string ns) => _pods.Where(pod => peers.Any(peer => peer.IpBlock is null && Names(peer, pod, ns)));

    private bool Names(V1NetworkPolicyPeer peer, V1Pod pod, string ns) =>
        (peer.NamespaceSelector is null
            ? pod.Metadata.NamespaceProperty == ns
            : _namespaces.TryGetValue(pod.Metadata.NamespaceProperty, out var labels) && Selects(peer.NamespaceSelector, labels))
        && (peer.PodSelector is null || Selects(peer.PodSelector, pod.Metadata.Labels));

    private static string SetOf(RuleTable table, List<string> addresses)
    {
        List<string> distinct = [.. addresses.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var name = RuleTable.NameOf("pods", string.Join(' ', distinct));
        table.AddSet(name, "type ipv4_addr;", distinct);
        return name;
    }

    // Blocks of the other family match nothing here.
    private static string? Block(string side, V1IPBlock block)
    {
        if (!IsIPv4(block.Cidr.Split('/')[0]))
        {
            return null;
        }

        var except = (block.Except ?? []).Where(e => IsIPv4(e.Split('/')[0])).ToList();
        return except.Count == 0 ? $"ip {side} {block.Cidr}" : $"ip {side} {block.Cidr} ip {side} != {{ {string.Join(", ", except)} }}";
    }

    private static bool IsIPv4(string? text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;
}
