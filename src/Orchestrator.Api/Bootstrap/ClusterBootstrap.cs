using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Security.Rbac;
using Orchestrator.Api.Writing;
using Orchestrator.Model;
using Orchestrator.Model.Json;
using Orchestrator.Model.Kinds;
using Orchestrator.Store;

namespace Orchestrator.Api.Bootstrap;

/// <summary>
/// Makes what <see cref="BootstrapObjects"/> names where it is missing, at every start: of several servers one wins and the others find it done.
/// Objects that administrators have changed are left as they are, but for the roles and bindings of <see cref="BootstrapPolicy"/>, which are completed.
/// </summary>
public sealed partial class ClusterBootstrap(IObjectStore store, ServedKinds kinds, TimeProvider time, ILogger<ClusterBootstrap> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private volatile bool _isDone;

    /// <summary>True once everything has been found or made.</summary>
    public bool IsDone => _isDone;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_isDone)
        {
            try
            {
                await EnsureAsync(stoppingToken);
                _isDone = true;
                LogDone();
            }
            catch (StoreUnavailableException e)
            {
                LogRetry(e.Message);
                await Task.Delay(RetryDelay, time, stoppingToken);
            }
        }
    }

    private async Task EnsureAsync(CancellationToken cancel)
    {
        await store.SyncAsync(cancel);
        List<Mutation> missing =
        [
            .. BootstrapObjects.All().Select(Prepare).Where(m => store.Get(m.Key) is null),
            .. BootstrapPolicy.All().Select(PrepareOrRepair).OfType<Mutation>(),
        ];
        if (missing.Count == 0)
        {
            return;
        }

        // Somebody else's object of the same name is as good, and another server repairs as this one does: AlreadyExists and Conflict are success.
        foreach (CommitResult result in await store.CommitAsync(missing, cancel: cancel))
        {
            if (result.Outcome == CommitOutcome.Committed)
            {
                LogWritten(result.Object!.Key);
            }
        }
    }

    private Mutation? PrepareOrRepair(JsonObject wanted)
    {
        Mutation creation = Prepare((JsonObject)wanted.DeepClone());
        if (store.Get(creation.Key) is not { } present)
        {
            return creation;
        }

        return PolicyRepair.Repair(JsonTree.ParseStored(present.Json), wanted) is { } repaired
            ? StoredEdit.Replace(present, repaired)
            : null;
    }

    private CreateObject Prepare(JsonObject obj)
    {
        ResourceKind kind = kinds.BuiltIn.FindKind(obj.Text("apiVersion")!, obj.Text("kind")!)
            ?? throw new InvalidOperationException($"the kind {obj.Text("kind")} is not registered");
        string uid = Guid.NewGuid().ToString();
        JsonObject metadata = obj.Child("metadata")!;
        metadata["uid"] = uid;
        metadata["creationTimestamp"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (kind.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        kind.Rules.Default(obj);
        return new CreateObject(new ObjectKey(kind.StorageName, "", metadata.Text("name")!), uid, JsonBuffer.Serialize(obj));
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "created or completed {Key}")]
    private partial void LogWritten(ObjectKey key);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cluster's initial objects are there")]
    private partial void LogDone();

    [LoggerMessage(Level = LogLevel.Warning, Message = "the cluster's initial objects could not be made yet: {Reason}")]
    private partial void LogRetry(string reason);
}
