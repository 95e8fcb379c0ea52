using System.Globalization;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Store;

namespace Orchestrator.Api.Reading;

/// <summary>
/// How new a read must be (Kubernetes' <c>resourceVersion</c> and <c>resourceVersionMatch</c>): unset is consistent, 0 is whatever is at hand,
/// another is not older than that.
/// </summary>
internal sealed class Freshness(IObjectStore store, ApiOptions options)
{
    /// <summary>Reads a resourceVersion; null where unset.</summary>
    public static Outcome<long?> Parse(string text)
    {
        if (text.Length == 0)
        {
            return new Outcome<long?>(null, null);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? new Outcome<long?>(revision, null)
            : StatusErrors.BadRequest($"invalid resource version: resourceVersion: Invalid value: \"{text}\": must be a number");
    }

    /// <summary>Waits until the cache is as new as the request wants; returns the revision it names, null for none.</summary>
    public async ValueTask<Outcome<long?>> EnsureAsync(ApiCall call)
    {
        var text = call.Http.Request.QueryString.HasValue ? call.Request.QueryValue("resourceVersion") : "";
        var requested = Parse(text);
        if (requested.Error is not null)
        {
            return requested;
        }

        if (requested.Value is not { } revision)
        {
            await store.SyncAsync(call.Cancel);
            return requested;
        }

        return await WaitForAsync(revision, call.Cancel) is { } tooLarge ? tooLarge : requested;
    }

    /// <summary>Waits, within the limit, until the cache has reached the revision.</summary>
    public async ValueTask<StatusError?> WaitForAsync(long revision, CancellationToken cancel)
    {
        if (revision <= store.Revision)
        {
            return null;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(options.FreshnessTimeout);
        try
        {
            await store.WaitForAsync(revision, timeout.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return StatusErrors.ResourceVersionTooLarge(revision, store.Revision);
        }
    }
}
