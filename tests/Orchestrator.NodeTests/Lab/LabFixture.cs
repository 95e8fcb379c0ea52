using Orchestrator.Cli.Lab;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Lab;

/// <summary>A lab of two nodes, brought up by the command line as a user would, in a directory of its own beside any lab of the developer's.</summary>
public class LabFixture : IAsyncLifetime
{
    protected virtual int NodeCount => 2;

    private readonly LabLayout _layout = NewLayout();

    public string Root => _layout.Root;

    public async ValueTask InitializeAsync() => await UpAsync(_layout, NodeCount);

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await OrchestratorAsync("lab", "down", "--purge", "--dir", Root);
    }

    /// <summary>Runs kubectl against the lab and returns what it printed; fails the test if it fails.</summary>
    public async Task<string> KubectlAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await TryKubectlAsync(arguments);
        Assert.True(exitCode == 0, $"kubectl {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    public Task<(int ExitCode, string Output, string Errors)> TryKubectlAsync(params string[] arguments) =>
        Shell.RunAsync("kubectl", ["--kubeconfig", _layout.AdminKubeconfig, "--request-timeout=20s", .. arguments], CancellationToken.None);

    /// <summary>Applies a manifest given as text.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> ApplyAsync(string manifest)
    {
        var file = Path.Combine(Root, $"manifest-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, manifest);
        return await TryKubectlAsync("apply", "-f", file);
    }

    public Task WaitForPhaseAsync(string pod, string phase, TimeSpan? within = null)
    {
        var last = "";
        return Eventually.TrueAsync(
            async () =>
            {
                last = (await TryKubectlAsync("get", "pod", pod, "-o", "jsonpath={.status.phase} {.status}")).Output;
                return last.StartsWith(phase + " ", StringComparison.Ordinal);
            },
            $"pod {pod} being {phase}",
            within,
            () => $"It is: {last}");
    }

    /// <summary>Explains a pod's placement by our own command line.</summary>
    public async Task<string> ExplainAsync(string pod)
    {
        var (exitCode, output, errors) = await OrchestratorAsync("explain", "pod/" + pod, "--kubeconfig", _layout.AdminKubeconfig);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    /// <summary>Process id of the server, or of a node's agent.</summary>
    public int ProcessOf(string unit) => Orchestrator.Cli.Lab.Processes.ProcessIdentity.Read(_layout.ProcessFile(unit))!.Id;

    /// <summary>Process id of the lab's PostgreSQL: the first line of its <c>postmaster.pid</c>.</summary>
    public int PostgresProcess()
    {
        var file = Directory.EnumerateFiles(Path.Combine(_layout.ServerData, "postgres"), "postmaster.pid", SearchOption.AllDirectories).Single();
        return int.Parse(File.ReadLines(file).First(), System.Globalization.CultureInfo.InvariantCulture);
    }

    internal static LabLayout NewLayout() => new($"/tmp/orch-lab-{Guid.NewGuid().ToString("N")[..6]}");

    internal static async Task UpAsync(LabLayout layout, int nodes)
    {
        var (exitCode, output, errors) = await OrchestratorAsync("lab", "up", "--nodes", nodes.ToString(System.Globalization.CultureInfo.InvariantCulture), "--dir", layout.Root);
        Assert.True(exitCode == 0, output + errors);
    }

    internal static Task<(int ExitCode, string Output, string Errors)> OrchestratorAsync(params string[] arguments) =>
        Shell.RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "orchestrator.dll"), .. arguments], CancellationToken.None);
}
