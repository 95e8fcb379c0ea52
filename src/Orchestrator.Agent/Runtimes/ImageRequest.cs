using Orchestrator.Agent.Images.Credentials;

namespace Orchestrator.Agent.Runtimes;

/// <summary>An image that a container needs.</summary>
/// <param name="Image">As the pod names it.</param>
/// <param name="PullPolicy">Always, IfNotPresent or Never.</param>
public sealed record ImageRequest(string Image, string PullPolicy)
{
    /// <summary>Credentials for the image's registry, to be tried in order; with none, and where none helps, it is asked as nobody.</summary>
    public IReadOnlyList<RegistryCredential> Credentials { get; init; } = [];

    /// <summary>Called, once at most, when the image turns out to have to be fetched. Awaited before it is: whoever made the request may hold it back.</summary>
    public Func<CancellationToken, Task> BeforePull { get; init; } = static _ => Task.CompletedTask;
}

/// <summary>An image on the node.</summary>
/// <param name="Id">Its digest, as the runtime knows it.</param>
/// <param name="WasPulled">It has been fetched by this call.</param>
/// <param name="SizeBytes">What it takes on disk; 0 where unknown.</param>
public sealed record ProvidedImage(string Id, bool WasPulled, long SizeBytes);
