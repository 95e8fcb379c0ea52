using System.Globalization;
using Orchestrator.Scheduling.Devices;

namespace Orchestrator.Load.Traces;

/// <summary>A node of the trace.</summary>
internal sealed record OpenbNode(int Model, long CpuMilli, long MemoryMib, int Devices);

/// <summary>
/// The files of Alibaba's GPU cluster trace (clusterdata, cluster-trace-gpu-v2023). Nodes: <c>sn, cpu_milli, memory_mib, gpu, model</c>; pods: <c>name,
/// cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec, ...</c>, where some variants end after <c>gpu_milli</c>.
/// </summary>
internal sealed class OpenbTrace
{
    private readonly ModelCatalog _models = new();

    private OpenbTrace(string nodes, string pods)
    {
        Nodes = [.. Rows(nodes).Select(r => new OpenbNode(_models.IdOf(r[4]), Number(r[1]), Number(r[2]), (int)Number(r[3])))];
        Pods = [.. Rows(pods).Select(Workload)];
    }

    public IReadOnlyList<OpenbNode> Nodes { get; }

    public IReadOnlyList<DeviceWorkload> Pods { get; }

    /// <summary>Thousandths of devices in all.</summary>
    public long CapacityMilli => Nodes.Sum(n => (long)n.Devices) * DeviceWorkload.WholeMilli;

    /// <param name="directory">Where the files are.</param>
    /// <param name="variant">Which list of pods: default, cpu100, gpushare40, ...</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="FormatException">A file is not of the format.</exception>
    public static OpenbTrace Read(string directory, string variant) =>
        new(Path.Combine(directory, "openb_node_list_gpu_node.csv"), Path.Combine(directory, $"openb_pod_list_{variant}.csv"));

    /// <summary>
    /// The arrivals of a run: the pods in random order, then clones drawn from them, until the devices asked for reach the given part of the capacity.
    /// </summary>
    public IReadOnlyList<DeviceWorkload> Arrivals(double demand, Random random)
    {
        DeviceWorkload[] shuffled = [.. Pods];
        random.Shuffle(shuffled);
        var arrivals = new List<DeviceWorkload>(shuffled);
        long asked = shuffled.Sum(p => p.TotalMilli);
        var target = (long)(CapacityMilli * demand);
        while (asked < target)
        {
            DeviceWorkload clone = Pods[random.Next(Pods.Count)];
            arrivals.Add(clone);
            asked += clone.TotalMilli;
        }

        return arrivals;
    }

    private DeviceWorkload Workload(string[] row)
    {
        var count = (int)Number(row[3]);
        var share = count == 0 ? 0 : (int)Number(row[4]);
        string[] models = row.Length > 5 ? row[5].Split('|', StringSplitOptions.RemoveEmptyEntries) : [];
        return new DeviceWorkload(Number(row[1]), Number(row[2]), count, count > 1 ? DeviceWorkload.WholeMilli : share, _models.MaskOf(models));
    }

    private static IEnumerable<string[]> Rows(string file) => File.ReadLines(file).Skip(1).Where(l => l.Length > 0).Select(l => l.Split(','));

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
