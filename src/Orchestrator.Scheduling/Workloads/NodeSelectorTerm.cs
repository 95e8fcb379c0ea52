using System.Globalization;
using Orchestrator.Scheduling.Cluster;

namespace Orchestrator.Scheduling.Workloads;

/// <summary>One term of node affinity: every requirement must hold. A term without requirements matches no node, as in Kubernetes.</summary>
public sealed record NodeSelectorTerm(IReadOnlyList<NodeRequirement> Requirements)
{
    public bool Matches(ClusterState cluster, int slot)
    {
        foreach (NodeRequirement requirement in Requirements)
        {
            if (!requirement.Matches(cluster, slot))
            {
                return false;
            }
        }

        return Requirements.Count > 0;
    }
}

/// <summary>One requirement on a label (matchExpressions) or on the node's name (matchFields, <paramref name="Key"/> is <c>metadata.name</c>).</summary>
/// <param name="Key">Label key or field.</param>
/// <param name="IsField">From matchFields.</param>
/// <param name="Operator">In, NotIn, Exists, DoesNotExist, Gt, Lt.</param>
/// <param name="Values">The values compared with.</param>
public sealed record NodeRequirement(string Key, bool IsField, string Operator, IReadOnlyList<string> Values)
{
    public bool Matches(ClusterState cluster, int slot)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        string? value = IsField ? FieldOf(cluster, slot) : LabelOf(cluster, slot);
        return Operator switch
        {
            "In" => value is not null && Values.Contains(value, StringComparer.Ordinal),
            "NotIn" => value is null || !Values.Contains(value, StringComparer.Ordinal),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Compare(value) > 0,
            "Lt" => Compare(value) < 0,
            _ => false,
        };
    }

    /// <summary>As in a selector: <c>zone in (a,b)</c>, <c>!gpu</c>.</summary>
    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(",", Values)})",
        "NotIn" => $"{Key} notin ({string.Join(",", Values)})",
        "Exists" => Key,
        "DoesNotExist" => $"!{Key}",
        "Gt" => $"{Key}>{string.Join(",", Values)}",
        _ => $"{Key}<{string.Join(",", Values)}",
    };

    private string? FieldOf(ClusterState cluster, int slot) => Key == "metadata.name" ? cluster.NameOf(slot) : null;

    private string? LabelOf(ClusterState cluster, int slot)
    {
        foreach (int id in cluster.LabelsOf(slot))
        {
            Label label = cluster.Labels[id];
            if (label.Key == Key)
            {
                return label.Value;
            }
        }

        return null;
    }

    // 0 where either side is no integer: such a requirement does not match.
    private int Compare(string? value) =>
        Values.Count == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long have)
        && long.TryParse(Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long want)
            ? have.CompareTo(want)
            : 0;
}
