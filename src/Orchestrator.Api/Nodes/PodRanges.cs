using System.Net;
using Orchestrator.Api.Services;

namespace Orchestrator.Api.Nodes;

/// <summary>The ranges into which a network of pods is cut, one for each node. Pure.</summary>
internal static class PodRanges
{
    /// <summary>The lowest ranges that nobody has.</summary>
    /// <param name="network">The network.</param>
    /// <param name="prefixLength">Of a range.</param>
    /// <param name="taken">Ranges that are given, of whatever size: clusters change theirs, and people give some by hand.</param>
    public static IEnumerable<IPNetwork> Free(IPNetwork network, int prefixLength, IReadOnlyCollection<IPNetwork> taken)
    {
        long size = 1L << (32 - prefixLength);
        long first = ServiceNetwork.ToNumber(network.BaseAddress);
        long end = first + (1L << (32 - network.PrefixLength));
        for (long start = first; start < end; start += size)
        {
            var range = new IPNetwork(ServiceNetwork.ToAddress(start), prefixLength);
            if (!taken.Any(t => t.Contains(range.BaseAddress) || range.Contains(t.BaseAddress)))
            {
                yield return range;
            }
        }
    }
}
