using System.Reflection;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Platform;

namespace Orchestrator.Agent.Runtimes.Qemu.Guest;

/// <summary>
/// The guest's first process, a static program in C. One that was built beforehand lies beside the agent; else it is compiled from its sources, which the agent carries.
/// </summary>
internal static class GuestInit
{
    /// <summary>Name of one that was built beforehand, in the agent's own directory.</summary>
    public const string FileName = "guest-init";

    private const string Prefix = "Orchestrator.Agent.GuestInit.";
    private static readonly TimeSpan CompileTimeout = TimeSpan.FromMinutes(2);
    private static readonly Assembly Self = Assembly.GetExecutingAssembly();

    /// <summary>Changes with the sources.</summary>
    public static string Fingerprint { get; } = ContentDigest.Of([.. Sources().SelectMany(source => source.Content)]).Hex;

    /// <summary>The program.</summary>
    /// <param name="work">A directory for what is made on the way.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="GuestKernelException">It was not built beforehand, and there is no compiler.</exception>
    public static async Task<byte[]> BuildAsync(string work, CancellationToken cancel)
    {
        var built = Path.Combine(AppContext.BaseDirectory, FileName);
        if (File.Exists(built))
        {
            return await File.ReadAllBytesAsync(built, cancel);
        }

        var directory = Directory.CreateDirectory(Path.Combine(work, "init")).FullName;
        foreach (var (name, content) in Sources())
        {
            await File.WriteAllBytesAsync(Path.Combine(directory, name), content, cancel);
        }

        var program = Path.Combine(directory, FileName);
        try
        {
            await Tool.RunAsync("gcc", ["-Os", "-static", "-s", "-o", program, .. Directory.EnumerateFiles(directory, "*.c").Order(StringComparer.Ordinal)], CompileTimeout, cancel, directory);
        }
        catch (ToolFailedException error)
        {
            throw new GuestKernelException($"the guest's first program cannot be compiled: {error.Message} (packages gcc and libc6-dev)", error);
        }

        return await File.ReadAllBytesAsync(program, cancel);
    }

    private static IEnumerable<(string Name, byte[] Content)> Sources()
    {
        foreach (var resource in Self.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var stream = Self.GetManifestResourceStream(resource)!;
            using var content = new MemoryStream();
            stream.CopyTo(content);
            yield return (resource[Prefix.Length..], content.ToArray());
        }
    }
}
