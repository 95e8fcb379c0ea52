using System.Diagnostics;

namespace Orchestrator.Testing.Server;

/// <summary>A stock kubectl with a kubeconfig.</summary>
public sealed class Kubectl(string kubeconfig, string? program = null, string? workingDirectory = null)
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/lib/google-cloud-sdk/bin",
    ];

    /// <summary>Every kubectl of this machine that is one version: <c>kubectl.1.NN</c>, or else what PATH has.</summary>
    public static IReadOnlyList<string> Installed { get; } = Find();

    /// <summary>The oldest and the newest of <see cref="Installed"/>, and PATH's own where it is another: what differs between versions shows between these.</summary>
    public static IReadOnlyList<string> Span { get; } =
        [.. ((string?[])[Installed[0], Installed[^1], Folders.Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists)]).OfType<string>().Distinct()];

    public string Program { get; } = program ?? Installed[^1];

    /// <summary>The same, run in a directory, which relative paths of manifests begin at.</summary>
    public Kubectl In(string directory) => new(kubeconfig, Program, directory);

    /// <summary>Runs it; fails with what it said unless it succeeds.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(null, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{Program} {string.Join(' ', arguments)} exited with {exitCode}: {errors}{output}");
    }

    /// <summary>Runs it with a manifest on its standard input.</summary>
    public async Task<string> FeedAsync(string manifest, params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(manifest, arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"{Program} {string.Join(' ', arguments)} exited with {exitCode}: {errors}{output}");
    }

    /// <summary>Runs it and takes whatever comes of it.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryAsync(string? input, params string[] arguments)
    {
        using var process = Start(arguments);
        using var limit = new CancellationTokenSource(TimeLimit);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Starts it; the caller reads its output and ends it.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, ["--kubeconfig", kubeconfig, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        // Its discovery cache lies in the home directory: one per cluster, or tests would see each other's.
        start.Environment["HOME"] = Path.GetDirectoryName(kubeconfig);
        // Apply sets are behind a switch in all versions there are.
        start.Environment["KUBECTL_APPLYSET"] = "true";
        start.Environment["KUBE_EDITOR"] = "sed -i s/tier:.*/tier:\\ edited/";
        return Process.Start(start)!;
    }

    private static List<string> Find()
    {
        var versions = Folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "kubectl.1.*"))
            .DistinctBy(Path.GetFileName)
            .OrderBy(p => Path.GetFileName(p), StringComparer.Ordinal)
            .ToList();
        if (versions.Count > 0)
        {
            return versions;
        }

        var plain = Folders.Select(folder => Path.Combine(folder, "kubectl")).FirstOrDefault(File.Exists);
        return plain is not null ? [plain] : throw new InvalidOperationException("kubectl is not installed: apt-get install kubernetes-client");
    }
}
