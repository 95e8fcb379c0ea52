using System.Reflection;
using System.Runtime.InteropServices;
using Orchestrator.Api.Responses;

namespace Orchestrator.Api.Discovery;

/// <summary><c>/version</c>: the version of Kubernetes whose API this is, with our own in gitVersion's build part.</summary>
internal static class VersionDocument
{
    private const string Major = "1";
    private const string Minor = "33";

    public static byte[] Write()
    {
        using var buffer = JsonBuffer.Rent();
        var json = buffer.Writer;
        var own = typeof(VersionDocument).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
        json.WriteStartObject();
        json.WriteString("major", Major);
        json.WriteString("minor", Minor);
        json.WriteString("gitVersion", $"v{Major}.{Minor}.0+orchestrator-{own}");
        json.WriteString("gitCommit", Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? own);
        json.WriteString("gitTreeState", "clean");
        json.WriteString("buildDate", "1970-01-01T00:00:00Z");
        json.WriteString("goVersion", RuntimeInformation.FrameworkDescription);
        json.WriteString("compiler", "dotnet");
        json.WriteString("platform", $"linux/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}");
        json.WriteEndObject();
        return buffer.Written.ToArray();
    }
}
