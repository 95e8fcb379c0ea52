using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Model;
using Orchestrator.Store;

namespace Orchestrator.Api.Services;

/// <summary>
/// Gives back claims whose Service is gone, has let go of them or never came to be, and makes those that are missing. Runs on every server: every
/// write names the revision that it was decided at, so two servers do no harm.
/// </summary>
internal sealed partial class ClaimRelease(IObjectStore store, TimeProvider time, ILogger<ClaimRelease> logger) : BackgroundService
{
    private const string Services = "services";
    private const int MaxBatch = 500;

    /// <summary>For claims of writes that came to nothing, which no change of a Service tells of.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        ChangeLoop.RunAsync(store, [Services], LetsGo, PassAsync, LogWaits, time, stoppingToken);

    private static bool LetsGo(Change change) =>
        change.Type == ChangeType.Deleted
        || (change.Previous is { } before && !Claims(before).SetEquals(Claims(change.Object)));

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        IReadOnlyList<StoredObject> claims = store.List(ServiceClaim.Resource).Items;

        // A claim is committed just before its Service: all that is claimed above is seen below.
        await store.SyncAsync(cancel);
        var held = new Dictionary<ObjectKey, StoredObject>();
        foreach (StoredObject service in store.List(Services).Items)
        {
            foreach (ObjectKey key in Claims(service))
            {
                held.TryAdd(key, service);
            }
        }

        List<Mutation> mutations =
        [
            .. claims.Where(c => held.GetValueOrDefault(c.Key)?.Uid != ServiceClaim.Owner(c).Uid).Select(c => new DeleteObject(c.Key, c.Revision)),
            .. held.Where(h => store.Get(h.Key) is null).Select(h => ServiceClaim.Take(h.Key, null, Metadata(h.Value), time.GetUtcNow())!),
        ];
        foreach (Mutation[] batch in mutations.Chunk(MaxBatch))
        {
            await store.CommitAsync(batch, cancel: cancel);
        }

        return Interval;
    }

    private static HashSet<ObjectKey> Claims(StoredObject service) => [.. ServiceClaim.Of(JsonTree.ParseStored(service.Json))];

    private static JsonObject Metadata(StoredObject service) => new()
    {
        ["namespace"] = service.Key.Namespace,
        ["name"] = service.Key.Name,
        ["uid"] = service.Uid,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "claims on addresses and ports wait: {Reason}")]
    private partial void LogWaits(string reason);
}
