using System.Reflection;
using System.Runtime.InteropServices;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Discovery;

/// <summary><c>/version</c>: the version of Kubernetes whose API this is, with our own in gitVersion's build part.</summary>
internal static class VersionDocument
{
    private const string Major = "1";
    private const string Minor = "33";

    private static readonly string Own = typeof(VersionDocument).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary><c>v1.33.0+orchestrator-0.1.0</c>.</summary>
    public static string GitVersion => $"v{Major}.{Minor}.0+orchestrator-{Own}";

    // Clients compare it with the names that Go has for architectures.
    private static string Architecture => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static byte[] Write()
    {
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Writer;
        json.WriteStartObject();
        json.WriteString("major", Major);
        json.WriteString("minor", Minor);
        json.WriteString("gitVersion", GitVersion);
        json.WriteString("gitCommit", Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? Own);
        json.WriteString("gitTreeState", "clean");
        json.WriteString("buildDate", "1970-01-01T00:00:00Z");
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("compiler", "dotnet");
        json.WriteString("platform", $"linux/{Architecture}");
        json.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
