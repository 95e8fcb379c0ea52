using System.Runtime.InteropServices;

namespace Orchestrator.Agent.Images;

/// <summary>This machine's architecture, by the name that images use (Go's GOARCH).</summary>
public static class ImagePlatform
{
    public static string Architecture { get; } = RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
