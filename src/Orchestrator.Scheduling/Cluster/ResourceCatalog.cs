using Orchestrator.Model.Quantities;

namespace Orchestrator.Scheduling.Cluster;

/// <summary>
/// Gives every resource name a column of the cluster's tables. CPU is counted in thousandths, everything else in whole units
/// (bytes, pods, devices), rounded up as Kubernetes does. Not thread-safe: it belongs to one <see cref="ClusterState"/>.
/// </summary>
public sealed class ResourceCatalog
{
    public const int CpuMilli = 0;
    public const int MemoryBytes = 1;
    public const int EphemeralStorageBytes = 2;
    public const int Pods = 3;

    /// <summary>
    /// Amounts are capped here (4 PiB, or 4e12 cores), so that sums over the pods of a node cannot overflow. What a node offers is
    /// capped one below: a capped request fits nowhere, rather than everywhere.
    /// </summary>
    public const long MaxAmount = 1L << 52;

    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal)
    {
        ["cpu"] = CpuMilli,
        ["memory"] = MemoryBytes,
        ["ephemeral-storage"] = EphemeralStorageBytes,
        ["pods"] = Pods,
    };

    private readonly List<string> _names = ["cpu", "memory", "ephemeral-storage", "pods"];

    public int Count => _names.Count;

    public string NameOf(int column) => _names[column];

    /// <summary>The column of the resource, made if new.</summary>
    public int ColumnOf(string name)
    {
        if (!_columns.TryGetValue(name, out int column))
        {
            column = _names.Count;
            _names.Add(name);
            _columns.Add(name, column);
        }

        return column;
    }

    /// <summary>The quantity in the column's unit, between 0 and <see cref="MaxAmount"/>; malformed text, which validation lets nobody store, counts as 0.</summary>
    public static long AmountOf(int column, string text)
    {
        if (!Quantity.TryParse(text, out Quantity quantity))
        {
            return 0;
        }

        return Math.Clamp(column == CpuMilli ? quantity.MilliValue : quantity.Value, 0, MaxAmount);
    }

    /// <summary>The amount as a user would write it: <c>500m</c>, <c>2Gi</c>, <c>3</c>.</summary>
    public static string Format(int column, long amount) => column switch
    {
        CpuMilli => Quantity.FromMillis(amount).ToString(),
        MemoryBytes or EphemeralStorageBytes => Quantity.FromUnits(amount, QuantityFormat.BinarySI).ToString(),
        _ => Quantity.FromUnits(amount).ToString(),
    };
}
