using Orchestrator.Api.Usage;
using Orchestrator.Grains.Autoscaling;
using Orchestrator.Model.Quantities;
using Orchestrator.Store;

namespace Orchestrator.Cli.Server;

/// <summary>Lets autoscalers read what the API serves as metrics of pods.</summary>
internal sealed class GrainPodUsage(PodUsage usage) : IPodUsage
{
    public async Task<IReadOnlyDictionary<string, PodUsageSample>> ReadAsync(IReadOnlyList<StoredObject> pods, CancellationToken cancel)
    {
        var samples = new Dictionary<string, PodUsageSample>(StringComparer.Ordinal);
        foreach ((string uid, var metrics) in await usage.ReadAsync(pods, cancel))
        {
            var containers = new Dictionary<(string Container, string Resource), long>();
            foreach ((string container, string resource, string text) in PodUsage.Containers(metrics))
            {
                if (Quantity.TryParse(text, out Quantity quantity))
                {
                    containers[(container, resource)] = ScalableAmounts.Milli(quantity);
                }
            }

            samples[uid] = new PodUsageSample(containers);
        }

        return samples;
    }
}
