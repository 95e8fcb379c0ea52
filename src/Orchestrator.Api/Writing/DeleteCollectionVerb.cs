using Orchestrator.Api.Decoding;
using Orchestrator.Api.Reading;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Writing;

/// <summary>deletecollection: every selected object by the rules of delete, with a limit those of one page; answered with the list of them.</summary>
internal sealed class DeleteCollectionVerb(ObjectDecoder decoder, DeleteFlow flow, ListPages pages, ListVerb lists)
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

        var page = await pages.ReadAsync(call, selection.Value);
        if (page.Failed)
        {
            return page.Error;
        }

        var deleted = new StoredObject?[page.Value.Items.Count];
        StatusError? failure = null;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, deleted.Length),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = call.Cancel },
            async (index, _) =>
            {
                var outcome = await flow.RunAsync(call, page.Value.Items[index].Key, options.Value);
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

        await lists.WriteAsync(call, call.Kind, page.Value with { Items = [.. deleted.OfType<StoredObject>()] });
        return null;
    }
}
