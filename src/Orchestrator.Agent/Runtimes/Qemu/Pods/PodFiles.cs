namespace Orchestrator.Agent.Runtimes.Qemu.Pods;

/// <summary>The files that a container has besides its image's and its volumes': name and addresses of the pod.</summary>
internal static class PodFiles
{
    private const string HostName = "/etc/hostname";
    private const string Hosts = "/etc/hosts";
    private const string Resolver = "/etc/resolv.conf";

    /// <summary>The container's mounts with those of the pod's own files that it does not mount itself.</summary>
    public static ContainerRequest Complete(ContainerRequest request, PodMachineFiles files, string hostName)
    {
        var own = Directory.CreateDirectory(Path.Combine(files.Path, "etc")).FullName;
        var mounts = request.Mounts.ToList();
        Add(mounts, HostName, Path.Combine(own, "hostname"), hostName + "\n");
        Add(mounts, Hosts, Path.Combine(own, "hosts"), $"127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\t{hostName}\n");
        if (File.Exists(files.Resolver))
        {
            mounts.Add(new HostMount(files.Resolver, Resolver, ReadOnly: false));
        }

        return request with { Mounts = mounts };
    }

    private static void Add(List<HostMount> mounts, string containerPath, string path, string text)
    {
        if (mounts.Any(mount => mount.ContainerPath == containerPath))
        {
            return;
        }

        if (!File.Exists(path))
        {
            File.WriteAllText(path, text);
        }

        mounts.Add(new HostMount(path, containerPath, ReadOnly: false));
    }
}
