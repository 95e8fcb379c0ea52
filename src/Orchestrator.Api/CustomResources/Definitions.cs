using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Following;
using Orchestrator.Api.Metadata;
using Orchestrator.Model.CustomResources;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.CustomResources;

/// <summary>
/// Follows the CustomResourceDefinitions: serves the kinds of those that are established, decides on the names of new ones, and ends the objects of
/// those that are being deleted. Runs on every server; what one has written the others find.
/// </summary>
internal sealed partial class Definitions(IObjectStore store, ServedKinds kinds, TimeProvider time, ILogger<Definitions> logger) : BackgroundService
{
    public const string Resource = "customresourcedefinitions.apiextensions.k8s.io";

    /// <summary>Objects may be held by others' finalizers; this is how often that is looked at.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The custom kinds are served before the first request: the store has been filled by then.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Serve(Read());
        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ChangeLoop.RunAsync(store, [Resource], null, PassAsync, LogWaits, time, stoppingToken);

    private async Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        var definitions = Read();
        Serve(definitions);
        var (mutations, isEnding) = DefinitionPlan.Make(
            definitions, kinds.BuiltIn.All, resource => store.List(resource).Items, ObjectMetadata.Time(time.GetUtcNow()));
        foreach (var batch in mutations.Chunk(DefinitionPlan.MaxDeletions))
        {
            // A lost race wakes the next pass by the winner's change.
            await store.CommitAsync(batch, cancel: cancel);
        }

        return isEnding ? Patience : null;
    }

    private List<(StoredObject Stored, JsonObject Object)> Read() =>
        [.. store.List(Resource).Items.Select(d => (d, JsonTree.ParseStored(d.Json)))];

    private void Serve(List<(StoredObject Stored, JsonObject Object)> definitions)
    {
        var custom = new List<ResourceKind>();
        var taken = new HashSet<(string, string)>();
        foreach (var (stored, definition) in definitions)
        {
            ResourceKind[] served = [.. CustomKinds.Of(definition)];
            // Two servers may have accepted one kind twice at the same moment. The first by name is served, until an administrator deletes one.
            if (served.All(k => taken.Add((k.ApiVersion, k.Kind)) && kinds.BuiltIn.FindKind(k.ApiVersion, k.Kind) is null))
            {
                custom.AddRange(served);
            }
            else
            {
                LogNotServed(stored.Key.Name);
            }
        }

        kinds.ReplaceCustom(custom);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "custom resource definitions wait: {Reason}")]
    private partial void LogWaits(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} is not served: its kind is another definition's")]
    private partial void LogNotServed(string name);
}
