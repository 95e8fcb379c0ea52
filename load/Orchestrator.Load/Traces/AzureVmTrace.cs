using System.Globalization;
using System.IO.Compression;

namespace Orchestrator.Load.Traces;

/// <param name="Cpu">Cores in the trace's unit.</param>
/// <param name="Memory">RAM in the trace's unit.</param>
/// <param name="StartDays">Negative: alive before the window.</param>
/// <param name="EndDays">Infinite: alive at its end.</param>
internal sealed record AzureVm(long Cpu, long Memory, double StartDays, double EndDays);

/// <summary>
/// Requests for virtual machines from the Azure trace for packing (Hadary et al., OSDI 2020) with the sizes that Iqbal et al. (SoCC 2022) reconstructed:
/// <c>vmId, tenantId, cores, ram, vmTypeId, starttime, endtime</c>, gzipped or not.
/// </summary>
internal static class AzureVmTrace
{
    /// <summary>Size of every host, and the length of the window, by the rules of comparison.</summary>
    public const long HostCpu = 10_400;

    public const long HostMemory = 2_250;

    public const double WindowDays = 14;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">The file is not of the format.</exception>
    public static IReadOnlyList<AzureVm> Read(string directory, string variant)
    {
        var plain = Path.Combine(directory, $"{variant}.csv");
        using var file = File.OpenRead(File.Exists(plain) ? plain : plain + ".gz");
        using Stream text = File.Exists(plain) ? file : new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(text);
        var machines = new List<AzureVm>();
        reader.ReadLine();
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            var row = line.Split(',');
            machines.Add(new AzureVm((long)Number(row[2]), (long)Number(row[3]), Number(row[5]), row[6] == "inf" ? double.PositiveInfinity : Number(row[6])));
        }

        return machines;
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
