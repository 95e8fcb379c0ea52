namespace Orchestrator.Api.Health;

/// <summary>One thing that must be well for the server to serve.</summary>
public interface IHealthCheck
{
    /// <summary>As shown by <c>/readyz?verbose</c> and asked for by <c>/readyz/NAME</c>.</summary>
    string Name { get; }

    /// <summary>True where it counts for <c>/livez</c> too: then a failure is mended by restarting the server, so a lost database is none.</summary>
    bool ForLiveness { get; }

    /// <summary>Null where all is well, else what is wrong.</summary>
    ValueTask<string?> CheckAsync(CancellationToken cancel);
}
