using System.Diagnostics;
using System.Net.Sockets;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Network.Cni;
using Orchestrator.Agent.Runtimes.Containerd;
using Orchestrator.Agent.Runtimes.Containerd.Cri;
using Orchestrator.Agent.Runtimes.Containerd.Setup;

namespace Orchestrator.Testing.Containerd;

/// <summary>
/// A private containerd with its own directory, socket and pod network, and a busybox image made from the machine's own binary.
/// Needs root and Debian's packages containerd, runc, containernetworking-plugins and busybox-static.
/// </summary>
public sealed class ContainerdFixture : IAsyncDisposable
{
    /// <summary>An image with <c>/bin/busybox</c> and links for its applets; entry point <c>/bin/sh</c>.</summary>
    public const string BusyboxImage = "docker.io/library/busybox:test";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ContainerdConfig _config;
    private Process? _process;

    private ContainerdFixture(ContainerdConfig config) => _config = config;

    public string SocketPath => _config.SocketPath;

    /// <summary>The bridge of its pod network.</summary>
    public string Bridge => _config.PodNetwork!.Bridge;

    /// <summary>Removed with everything in it at the end.</summary>
    public string Directory => _config.Directory;

    /// <summary>The image as an OCI archive.</summary>
    public string BusyboxArchive => Path.Combine(Directory, "busybox.tar");

    /// <summary>Where it looks for registries of its own and their mirrors.</summary>
    public string RegistriesDirectory => _config.RegistriesDirectory;

    /// <summary>Where an agent that makes the pod network tells of it.</summary>
    public string CniConfigDirectory => _config.CniConfigDirectory;

    /// <param name="cancel">Gives up.</param>
    /// <param name="hasOwnNetwork">False where an agent makes the pod network.</param>
    public static async Task<ContainerdFixture> StartAsync(CancellationToken cancel, bool hasOwnNetwork = true)
    {
        // Short: the path of a UNIX socket has at most 107 bytes. Names are random so that several runs may share the machine.
        var id = Guid.NewGuid().ToString("N")[..6];
        var directory = $"/tmp/orch-ctrd-{id}";
        var subnet = $"10.{Convert.ToInt32(id[..2], 16)}.{Convert.ToInt32(id[2..4], 16)}.0/24";
        var fixture = new ContainerdFixture(new ContainerdConfig
        {
            Directory = directory,
            PodNetwork = !hasOwnNetwork ? null : new CniNetwork($"orcht{id}", subnet, Path.Combine(directory, "ipam"), Masquerade: true),
        });
        try
        {
            fixture._config.Write();
            await fixture.LaunchAsync(cancel);
            await ContainerdImport.ImportPauseAsync(fixture.SocketPath, cancel);
            await fixture.ImportBusyboxAsync(cancel);
            return fixture;
        }
        catch
        {
            await fixture.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills it, as the kernel would for want of memory; what runs goes on.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts it again on what it left.</summary>
    public Task RestartAsync(CancellationToken cancel) => LaunchAsync(cancel);

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await RemoveSandboxesAsync();
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        if (_config.PodNetwork is { } network)
        {
            await Shell.RunAsync("ip", ["link", "delete", network.Bridge], CancellationToken.None);
        }

        await Shell.RunAsync("/bin/sh", ["-c", $"grep -o '{Directory}[^ ]*' /proc/mounts | sort -r | xargs -r -n1 umount -l; rm -rf {Directory}"], CancellationToken.None);
    }

    /// <summary>Whatever tests left running, so that no shim outlives its containerd.</summary>
    private async Task RemoveSandboxesAsync()
    {
        using var connection = new CriConnection(SocketPath);
        var sandboxes = await connection.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest());
        foreach (var sandbox in sandboxes.Items)
        {
            await connection.Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = sandbox.Id });
            await connection.Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = sandbox.Id });
        }
    }

    private async Task LaunchAsync(CancellationToken cancel)
    {
        var log = Path.Combine(Directory, "containerd.log");
        _process = Process.Start(new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            ArgumentList = { "-c", $"exec containerd --config {_config.ConfigPath} >{log} 2>&1" },
        })!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(StartTimeout);
        while (!await AnswersAsync(deadline.Token))
        {
            if (_process.HasExited || deadline.IsCancellationRequested)
            {
                throw new InvalidOperationException($"containerd did not start:\n{await File.ReadAllTextAsync(log, CancellationToken.None)}");
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancel);
            return true;
        }
        catch (Exception error) when (error is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task ImportBusyboxAsync(CancellationToken cancel)
    {
        var archive = BusyboxArchive;
        var root = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "busybox")).FullName;
        await BusyboxRoot.CreateAsync(root, "/bin/busybox", cancel);
        await using (var output = File.Create(archive))
        {
            await ImageBuilder.BuildAsync(new ImageRecipe(ImageReference.Parse(BusyboxImage), root) { Entrypoint = ["/bin/sh"] }, output, cancel);
        }

        await ContainerdImport.ImportAsync(SocketPath, archive, cancel);
    }
}
