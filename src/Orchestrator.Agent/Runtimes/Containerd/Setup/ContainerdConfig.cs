using System.Globalization;
using Orchestrator.Agent.Network.Cni;

namespace Orchestrator.Agent.Runtimes.Containerd.Setup;

/// <summary>
/// A containerd of our own beside whatever else is on the machine: its own root, state, socket and network, so that taking it away
/// leaves nothing behind. The configuration is containerd's version 2, which 1.6 to 2.x read.
/// </summary>
public sealed record ContainerdConfig
{
    /// <summary>Directory that holds everything; created by <see cref="Write"/>.</summary>
    public required string Directory { get; init; }

    /// <summary>Network of the pods, where no agent makes one.</summary>
    public CniNetwork? PodNetwork { get; init; }

    /// <summary>Where the CNI plugins are: Debian's package <c>containernetworking-plugins</c> puts them there.</summary>
    public string CniBinDirectory { get; init; } = "/usr/lib/cni";

    public string SocketPath => Path.Combine(Directory, "containerd.sock");

    /// <summary>
    /// Registries and their mirrors, as containerd has them: a folder for each host with a <c>hosts.toml</c>. Read at every pull, so that what is put there is
    /// in effect at once.
    /// </summary>
    public string RegistriesDirectory => Path.Combine(Directory, "certs.d");

    public string ConfigPath => Path.Combine(Directory, "config.toml");

    /// <summary>Where it looks for the pod network.</summary>
    public string CniConfigDirectory => Path.Combine(Directory, "cni");

    /// <summary>Writes <c>config.toml</c>, and the CNI network if there is one. Repeating it rewrites the same.</summary>
    public void Write()
    {
        System.IO.Directory.CreateDirectory(CniConfigDirectory);
        System.IO.Directory.CreateDirectory(RegistriesDirectory);
        File.WriteAllText(ConfigPath, Toml());
        if (PodNetwork is { } network)
        {
            File.WriteAllText(Path.Combine(CniConfigDirectory, CniNetwork.FileName), network.Conflist());
        }
    }

    // restrict_oom_score_adj: without CAP_SYS_RESOURCE scores cannot be lowered, and a pod's would be.
    // disable_apparmor: profiles cannot be loaded from inside a container; pods ask for their own where they need one.
    // sandbox_image: a local one, since a lab may have no registry.
    private string Toml() => string.Create(CultureInfo.InvariantCulture, $"""
        version = 2
        root = "{Directory}/root"
        state = "{Directory}/state"
        oom_score = 0

        [grpc]
          address = "{SocketPath}"

        [plugins."io.containerd.internal.v1.opt"]
          path = "{Directory}/opt"

        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = true
          disable_apparmor = true
          sandbox_image = "{PauseImage.Reference}"

          [plugins."io.containerd.grpc.v1.cri".registry]
            config_path = "{RegistriesDirectory}"

          [plugins."io.containerd.grpc.v1.cri".containerd]
            default_runtime_name = "runc"

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"

              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                BinaryName = "runc"
                SystemdCgroup = false

          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "{CniBinDirectory}"
            conf_dir = "{CniConfigDirectory}"

        """);
}
