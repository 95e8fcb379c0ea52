using System.Runtime.InteropServices;
using System.Security.Cryptography.X509Certificates;
using Orchestrator.Load.Measuring;
using Orchestrator.Load.Results;

namespace Orchestrator.Load.Scenarios;

/// <summary>What a scenario measures. Holds what all its cases share, such as a server.</summary>
internal interface IMeasure : IAsyncDisposable
{
    /// <summary>What is counted: pods, requests, decisions.</summary>
    string Unit { get; }

    /// <summary>Makes ready for the rounds of a case.</summary>
    Task<MeasuredCase> PrepareAsync(CaseSpec spec, CancellationToken cancel);
}

/// <param name="Number">From 1; 0 is the warm-up.</param>
/// <param name="Duration">How long load is made, where that is not given by the case.</param>
/// <param name="Seed">For all that is random in it: the same for the same round of another run.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RoundRequest(int Number, TimeSpan Duration, int Seed)
{
    public bool IsWarmUp => Number == 0;
}

/// <summary>A case that is ready to be measured.</summary>
/// <param name="round">Measures one round.</param>
internal sealed class MeasuredCase(Func<RoundRequest, CancellationToken, Task<Round>> round) : IAsyncDisposable
{
    /// <summary>What is to be given back after the last round.</summary>
    public Func<ValueTask> Release { get; init; } = () => ValueTask.CompletedTask;

    /// <summary>The cluster as it is after the last round; null where there is none to show.</summary>
    public Func<ClusterPicture?> Picture { get; init; } = () => null;

    public Task<Round> RoundAsync(RoundRequest request, CancellationToken cancel) => round(request, cancel);

    public ValueTask DisposeAsync() => Release();
}

/// <summary>What scenarios are given from outside.</summary>
/// <param name="DataDirectory">Where the files of traces are; null where none was named.</param>
/// <param name="Lab">How to reach the cluster on which real workloads are started; null for servers of their own.</param>
internal sealed record LoadContext(string? DataDirectory, ClusterAccess? Lab)
{
    /// <exception cref="LoadException">No directory was named.</exception>
    public string RequiredData => DataDirectory ?? throw new LoadException("this scenario reads a trace: name the directory of its files with --data");

    /// <exception cref="LoadException">There is no cluster.</exception>
    public ClusterAccess RequiredLab => Lab ?? throw new LoadException("this scenario starts real workloads: bring up a lab with 'orchestrator lab up --install', or name a cluster with --kubeconfig");
}

/// <summary>How to reach a cluster.</summary>
/// <param name="Server">URL of its API.</param>
/// <param name="Authorities">Its certificate authorities.</param>
/// <param name="Client">Certificate and key of the client.</param>
internal sealed record ClusterAccess(Uri Server, X509Certificate2Collection Authorities, X509Certificate2 Client);

/// <summary>A load test cannot be run as asked, or cannot go on; the message is the user's.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
