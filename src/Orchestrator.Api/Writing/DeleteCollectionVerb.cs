using System.Globalization;
using Orchestrator.Api.Decoding;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>deletecollection: every selected object by the rules of delete; answered with the list of them.</summary>
internal sealed class DeleteCollectionVerb(IObjectStore store, ObjectDecoder decoder, DeleteFlow flow, ListVerb lists)
{
    /// <summary>Enough for the store to commit them in batches.</summary>
    private const int Concurrency = 32;

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        var options = await DeleteOptions.ReadAsync(call, decoder);
        var selection = Selection.Read(call);
        if (options.Failed || selection.Failed)
        {
            return options.Error ?? selection.Error;
        }

        await store.SyncAsync(call.Cancel);
        var selected = selection.Value.Read(store, call.Kind);
        var deleted = new StoredObject?[selected.Items.Count];
        StatusError? failure = null;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, deleted.Length),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = call.Cancel },
            async (index, _) =>
            {
                var outcome = await flow.RunAsync(call, selected.Items[index].Key, options.Value);
                if (!outcome.Failed)
                {
                    deleted[index] = outcome.Value.Object;
                }
                else if (outcome.Error.Code != 404)
                {
                    Interlocked.CompareExchange(ref failure, outcome.Error, null);
                }
            });
        if (failure is not null)
        {
            return failure;
        }

        var revision = store.Revision.ToString(CultureInfo.InvariantCulture);
        await lists.WriteAsync(call, call.Kind, new ListPage([.. deleted.OfType<StoredObject>()], new ListMetadata(revision, null, null)));
        return null;
    }
}
