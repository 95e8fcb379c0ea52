using Orchestrator.Api.Bootstrap;
using Orchestrator.Store;

namespace Orchestrator.Api.Health;

/// <summary>The server answers.</summary>
internal sealed class PingCheck : IHealthCheck
{
    public string Name => "ping";

    public bool ForLiveness => true;

    public ValueTask<string?> CheckAsync(CancellationToken cancel) => new((string?)null);
}

/// <summary>The database answers, and this process's cache keeps up with it.</summary>
internal sealed class StoreCheck(IObjectStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    public string Name => "database";

    public bool ForLiveness => false;

    public async ValueTask<string?> CheckAsync(CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            await store.SyncAsync(either.Token);
            return null;
        }
        catch (StoreUnavailableException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {Limit.TotalSeconds:0} s";
        }
    }
}

/// <summary>The cluster's initial objects are there.</summary>
internal sealed class BootstrapCheck(ClusterBootstrap bootstrap) : IHealthCheck
{
    public string Name => "bootstrap";

    public bool ForLiveness => false;

    public ValueTask<string?> CheckAsync(CancellationToken cancel) => new(bootstrap.IsDone ? null : "not finished");
}
