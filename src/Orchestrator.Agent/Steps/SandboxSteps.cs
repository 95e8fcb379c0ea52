using Orchestrator.Agent.Runtimes;

namespace Orchestrator.Agent.Steps;

/// <summary>Makes the sandbox, and before it the volumes: a missing Secret shows before anything has been started.</summary>
public sealed record RunSandbox(int Attempt) : PodStep("")
{
    public override TimeSpan Timeout => TimeSpan.FromMinutes(4);

    public override bool IsNeeded(PodSandboxes observed) => !observed.All.Any(s => s.Attempt >= Attempt && s.Ready);

    public override async Task DoAsync(StepContext context, CancellationToken cancel)
    {
        await context.Volumes.SetUpAsync(context.Pod, cancel);
        var logs = context.Layout.LogDirectory(context.Pod);
        Directory.CreateDirectory(logs);
        var resolver = await context.Resolvers.OfAsync(context.Pod, cancel);
        await context.Runtime.RunSandboxAsync(new SandboxRequest(context.Pod, Attempt, context.Handler, logs, resolver), cancel);
    }
}

/// <summary>Removes a sandbox with everything in it.</summary>
public sealed record RemoveSandbox(string Id) : PodStep("")
{
    public override TimeSpan Timeout => TimeSpan.FromMinutes(4);

    public override bool IsNeeded(PodSandboxes observed) => observed.All.Any(s => s.Id == Id);

    public override Task DoAsync(StepContext context, CancellationToken cancel) => context.Runtime.RemoveSandboxAsync(Id, cancel);
}
