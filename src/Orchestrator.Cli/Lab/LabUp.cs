using Orchestrator.Agent.Runtimes.Containerd.Setup;
using Orchestrator.Cli.Client;
using Orchestrator.Cli.Commands;
using Orchestrator.Cli.Lab.Dependencies;
using Orchestrator.Cli.Lab.Networks;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.Cli.Lab;

/// <param name="Nodes">Number of nodes; null keeps what the lab has, or one for a new lab.</param>
/// <param name="Install">Whether missing packages are installed.</param>
internal sealed record LabUpRequest(int? Nodes, bool Install);

/// <summary>
/// Brings a lab up. Every step finds out what is there and does the rest, so a run that was cut short, or a lab whose processes were killed,
/// is completed by running it again; what runs is adopted and not touched.
/// </summary>
internal sealed class LabUp(LabLayout layout, LabProgress progress, TimeProvider time)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    /// <exception cref="CommandFailedException">Something is missing or did not start; the message says what, and shows the end of its log.</exception>
    public async Task<LabSpec> RunAsync(LabUpRequest request, CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new CommandFailedException("a lab needs root for containers, networks and control groups; run it with sudo");
        }

        await new LabDependencies(progress, time).RequireAsync(request.Install, cancel);
        Directory.CreateDirectory(layout.Root);
        using var alone = LockFile.TryTake(layout.CommandLock) ?? throw new CommandFailedException($"another 'orchestrator lab' command is at work in {layout.Root}");
        var spec = Prepare(request);
        if (spec.HasNamespaces)
        {
            await progress.StepAsync("Network of the nodes", () => new LabNetworks(spec).EnsureAsync(cancel));
        }

        await progress.StepAsync("Supervisor", () => EnsureSupervisorAsync(spec, cancel));
        await progress.StepAsync("containerd", () => LabState.WaitForContainerdsAsync(spec, layout, time, cancel));
        await progress.StepAsync("Images", () => EnsureImagesAsync(spec, cancel));
        await progress.StepAsync($"Server on {spec.ServerUrl}, with a private PostgreSQL", () => WaitForServerAsync(cancel));
        await progress.StepAsync("Credentials of the nodes", () => WriteCredentialsAsync(spec, cancel));
        await progress.StepAsync($"{spec.Nodes.Count} node(s) ready: {string.Join(", ", spec.Nodes.Select(node => node.Name))}", () => WaitForNodesAsync(spec, cancel));
        return spec;
    }

    private LabSpec Prepare(LabUpRequest request)
    {
        var existing = LabSpec.Read(layout);
        var nodes = request.Nodes ?? existing?.Nodes.Count ?? 1;
        if (LabState.SupervisorOf(layout) is not null && existing is not null)
        {
            return nodes == existing.Nodes.Count
                ? existing
                : throw new CommandFailedException($"the lab in {layout.Root} runs with {existing.Nodes.Count} node(s); change it with 'orchestrator lab down' and 'orchestrator lab up --nodes {nodes}'");
        }

        foreach (var directory in (string[])[layout.Logs, layout.Processes, layout.Programs, layout.ImageStore])
        {
            Directory.CreateDirectory(directory);
        }

        Directory.CreateDirectory(layout.ServerData);
        var spec = LabPlan.Choose(layout, nodes, existing, LabProgram.Install(layout.Programs));
        spec.Write(layout);
        foreach (var node in spec.Nodes)
        {
            Directory.CreateDirectory(layout.ContainerdRoot(node.Containerd.Unit));
            LabPlan.Containerd(layout, node.Containerd.Unit).Write();
        }

        return spec;
    }

    private Task EnsureSupervisorAsync(LabSpec spec, CancellationToken cancel)
    {
        if (LabState.SupervisorOf(layout) is null)
        {
            using var supervisor = DetachedProcess.Start(
                layout.ProcessFile(LabState.Supervisor), layout.LogFile(LabState.Supervisor), [.. spec.Program, "lab", "supervise", "--dir", layout.Root], []);
        }

        return WaitAsync(_ => Task.FromResult(LabState.SupervisorOf(layout) is null ? "the supervisor does not start" : null), LabState.Supervisor, cancel);
    }

    private async Task EnsureImagesAsync(LabSpec spec, CancellationToken cancel)
    {
        List<string> sockets = [.. spec.Nodes.Select(node => node.Containerd.Socket)];
        var images = new LabImages(layout.ImageStore, sockets, time);
        await Task.WhenAll(sockets.Select(socket => ContainerdImport.ImportPauseAsync(socket, cancel)));
        await LabImages.WithBusyboxAsync(LabImages.Busybox, recipe => images.BuildAsync(recipe, cancel), cancel);
    }

    private Task WaitForServerAsync(CancellationToken cancel) => WaitAsync(
        async token =>
        {
            if (!File.Exists(layout.AdminKubeconfig))
            {
                return "the server has not written its kubeconfig yet";
            }

            try
            {
                using var connection = ApiConnection.Open(layout.AdminKubeconfig);
                await connection.GetTextAsync("/readyz", token);
                return null;
            }
            catch (CommandFailedException error)
            {
                return "the server is not ready: " + error.Message;
            }
        },
        LabUnit.Server,
        cancel);

    private async Task WriteCredentialsAsync(LabSpec spec, CancellationToken cancel)
    {
        foreach (var node in spec.Nodes)
        {
            var output = layout.AgentCredentials(node.Name);
            Directory.CreateDirectory(output, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await OrchestratorProcess.RunAsync(
                spec.Program,
                ["server", "node-credentials", node.Name, "--data-dir", layout.ServerData, "--node-ip", node.Address, "--out", output, "--server", spec.ServerUrl],
                cancel);
        }
    }

    private async Task WaitForNodesAsync(LabSpec spec, CancellationToken cancel)
    {
        using var connection = ApiConnection.Open(layout.AdminKubeconfig);
        foreach (var node in spec.Nodes)
        {
            await WaitAsync(token => LabState.MissingOfNodeAsync(connection, node.Name, token), node.Name, cancel);
        }
    }

    private Task WaitAsync(Func<CancellationToken, Task<string?>> condition, string unit, CancellationToken cancel) =>
        Waiting.UntilAsync(condition, StartLimit, time, () => LabLog.Ending(layout.LogFile(unit)), cancel);
}
