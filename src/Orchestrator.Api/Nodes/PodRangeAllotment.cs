using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Metadata;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Services;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Store;

namespace Orchestrator.Api.Nodes;

/// <summary>
/// Gives every Node a range of addresses for its pods (<c>spec.podCIDR</c>). A range is held by an object that is stored and not served and is named after it; it is
/// committed together with the Node, so that of two servers that choose the same one fails, and it is given back once no Node has it.
/// </summary>
internal sealed partial class PodRangeAllotment(IObjectStore store, ServiceNetwork network, TimeProvider time, ILogger<PodRangeAllotment> logger) : BackgroundService
{
    private const string Nodes = "nodes";
    private const string Claims = "podranges.orchestrator.dev";
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(100);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ChangeLoop.RunAsync(store, [Nodes], Concerns, PassAsync, LogWaits, time, stoppingToken);

    private static bool Concerns(Change change) => change.Type == ChangeType.Deleted || change.Previous is null;

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        IReadOnlyList<StoredObject> claims = store.List(Claims).Items;
        await store.SyncAsync(cancel);
        List<(StoredObject Stored, JsonObject Node)> nodes = [.. store.List(Nodes).Items.Select(n => (n, JsonTree.ParseStored(n.Json)))];
        Dictionary<string, StoredObject> held = [];
        foreach ((StoredObject stored, JsonObject node) in nodes)
        {
            if (IPNetwork.TryParse(node.Child("spec").Text("podCIDR"), out IPNetwork range))
            {
                held.TryAdd(NameOf(range), stored);
            }
        }

        await GiveBackAsync(claims, held, cancel);
        bool isDone = await AllotAsync([.. nodes.Where(n => n.Node.Child("spec").Text("podCIDR") is null or "")], [.. held.Keys.Concat(claims.Select(c => c.Key.Name)).Distinct()], cancel);
        return isDone ? Interval : Soon;
    }

    private async Task GiveBackAsync(IReadOnlyList<StoredObject> claims, Dictionary<string, StoredObject> held, CancellationToken cancel)
    {
        List<Mutation> mutations =
        [
            .. claims.Where(c => !held.ContainsKey(c.Key.Name)).Select(c => new DeleteObject(c.Key, c.Revision)),
            // Ranges that were given by hand, or before a claim was lost.
            .. held.Keys.Where(name => store.Get(new ObjectKey(Claims, "", name)) is null).Select(name => Claim(name, held[name].Key.Name)),
        ];
        if (mutations.Count > 0)
        {
            await store.CommitAsync(mutations, cancel: cancel);
        }
    }

    /// <returns>False where a Node has changed meanwhile, or another server was faster: then all is looked at again.</returns>
    private async Task<bool> AllotAsync(List<(StoredObject Stored, JsonObject Node)> waiting, List<string> taken, CancellationToken cancel)
    {
        if (waiting.Count == 0)
        {
            return true;
        }

        bool isDone = true;
        List<IPNetwork> known = [.. taken.Select(name => IPNetwork.Parse(name.Replace('-', '/')))];
        using IEnumerator<IPNetwork> free = PodRanges.Free(network.PodAddresses!.Value, network.NodePrefixLength, known).GetEnumerator();
        foreach ((StoredObject stored, JsonObject node) in waiting)
        {
            if (!free.MoveNext())
            {
                LogExhausted(network.PodAddresses.Value.ToString(), stored.Key.Name);
                return isDone;
            }

            string range = free.Current.ToString();
            JsonObject spec = node.ObjectOrNew("spec")!;
            spec["podCIDR"] = range;
            spec["podCIDRs"] = new JsonArray(range);
            IReadOnlyList<CommitResult> results = await store.CommitAsync(
                WriteClaims.Chain(Claim(NameOf(free.Current), stored.Key.Name), StoredEdit.Replace(stored, node)), cancel: cancel);
            isDone &= results[^1].Outcome == CommitOutcome.Committed;
        }

        return isDone;
    }

    private CreateObject Claim(string name, string node)
    {
        string uid = Guid.NewGuid().ToString();
        return new CreateObject(new ObjectKey(Claims, "", name), uid, JsonBuffer.Serialize(new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["uid"] = uid, ["creationTimestamp"] = ObjectMetadata.Time(time.GetUtcNow()) },
            ["node"] = node,
        }));
    }

    private static string NameOf(IPNetwork range) => range.ToString().Replace('/', '-');

    [LoggerMessage(Level = LogLevel.Warning, Message = "ranges of pods wait: {Reason}")]
    private partial void LogWaits(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Network} has no range left for the pods of node {Node}: choose a larger --cluster-cidr or a longer --node-cidr-mask-size")]
    private partial void LogExhausted(string network, string node);
}
