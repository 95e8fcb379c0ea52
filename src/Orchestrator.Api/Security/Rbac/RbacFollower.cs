using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Api.Following;
using Orchestrator.Store;

namespace Orchestrator.Api.Security.Rbac;

/// <summary>Keeps the policy in step with the change feed, so that a right taken away ends at once on every server.</summary>
internal sealed partial class RbacFollower(IObjectStore store, RbacPolicy policy, TimeProvider time, ILogger<RbacFollower> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => ChangeLoop.RunAsync(store, RbacResources.All, null, PassAsync, LogWaits, time, stoppingToken);

    private Task<TimeSpan?> PassAsync(CancellationToken cancel)
    {
        policy.Latest();
        return Task.FromResult<TimeSpan?>(null);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "changes of roles and bindings wait: {Reason}")]
    private partial void LogWaits(string reason);
}
