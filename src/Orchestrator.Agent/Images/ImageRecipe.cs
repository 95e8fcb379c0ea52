namespace Orchestrator.Agent.Images;

/// <summary>What <see cref="ImageBuilder"/> makes an image from.</summary>
/// <param name="Reference">Name of the image.</param>
/// <param name="RootDirectory">Directory that becomes the root file system: modes, owners and links are kept.</param>
public sealed record ImageRecipe(ImageReference Reference, string RootDirectory)
{
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary><c>NAME=VALUE</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    public string WorkingDirectory { get; init; } = "/";

    /// <summary><c>UID[:GID]</c> or names from the image; empty for root.</summary>
    public string User { get; init; } = "";
}
