using Orchestrator.Testing;

namespace Orchestrator.NodeTests.VirtualMachines;

/// <summary>A machine as users have them: a Debian on a disk that is kept, set up by cloud-init.</summary>
[Collection(MachineNodeTests.Name)]
public sealed class DebianTests(MachineNode node)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>Explicit: it makes a Debian, and boots it twice under emulation, which takes ten minutes and more. Run it by <c>--explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Cloud_init_sets_it_up_and_a_restart_asks_it_to_shut_down_and_keeps_its_disk()
    {
        var disk = Path.Combine(node.Disks, "debian.img");
        await DebianImage.PrepareAsync(node.Images, node.Directory, disk);
        await node.Server.Kubectl().FeedAsync(
            $$$"""
            apiVersion: kubevirt.io/v1
            kind: VirtualMachine
            metadata: {name: debian}
            spec:
              runStrategy: Always
              template:
                spec:
                  terminationGracePeriodSeconds: 600
                  domain:
                    cpu: {model: max}
                    memory: {guest: 512Mi}
                    firmware:
                      kernelBoot:
                        kernelArgs: root=/dev/vda rw console=ttyS0 net.ifnames=0
                        container: {image: "{{{DebianImage.Image}}}", imagePullPolicy: Never, kernelPath: /boot/vmlinuz, initrdPath: /boot/initrd}
                    devices:
                      rng: {}
                      disks: [{name: root, disk: {bus: virtio}}, {name: seed, disk: {bus: virtio}}]
                  volumes:
                    - {name: root, hostDisk: {path: {{{disk}}}, type: Disk}}
                    - name: seed
                      cloudInitNoCloud:
                        userData: |
                          #cloud-config
                          hostname: seeded
                          users: [{name: me, ssh_authorized_keys: ["ssh-ed25519 AAAAC3Nza me@example"]}]
                          write_files: [{path: /etc/marker, content: "by cloud-init"}]
                          bootcmd: ["echo boot >>/var/boots; echo \"BOOTS=$(wc -l </var/boots)\" >/dev/ttyS0"]
                          runcmd: ["echo \"SEEN=$(hostname) $(id -un me) $(cat /etc/marker) $(cut -d' ' -f3 /home/me/.ssh/authorized_keys)\" >/dev/ttyS0"]
            """,
            "create", "-f", "-");
        await SaysAsync("SEEN=seeded me by cloud-init me@example");
        await Eventually.TrueAsync(async () => await node.GetAsync("vmi/debian", ".status.conditions[?(@.type==\"AgentConnected\")].status") == "True", "the guest's agent answers", Patience);
        var first = await node.GetAsync("vmi/debian", ".metadata.uid");

        Assert.Equal(0, await node.CommandAsync("restart", "debian"));
        await Eventually.TrueAsync(async () => (await node.GetAsync("events", ".items[*].message")).Contains("The VirtualMachineInstance was shut down.", StringComparison.Ordinal), "the guest shuts itself down", Patience);
        await Eventually.TrueAsync(async () => await node.GetAsync("vmi/debian", ".metadata.uid") is { Length: > 0 } second && second != first, "another instance", Patience);
        await SaysAsync("BOOTS=2");
        Assert.Equal(0, await node.CommandAsync("stop", "debian", "--grace-period", "0"));
        await node.StatusAsync("debian", "Stopped");
    }

    private Task SaysAsync(string text) => Eventually.TrueAsync(async () => (await node.LogAsync("debian")).Contains(text, StringComparison.Ordinal), $"the console says {text}", Patience);
}
