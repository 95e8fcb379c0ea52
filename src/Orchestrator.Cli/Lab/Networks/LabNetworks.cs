using System.Diagnostics;
using Orchestrator.Agent.Network;
using Orchestrator.Cli.Commands;

namespace Orchestrator.Cli.Lab.Networks;

/// <summary>
/// The network between the nodes of a lab of several: a network namespace per node, kept by a file of the lab, a cable from each to a bridge of the machine, and
/// masquerading for what leaves it. A lab of one node is on the machine's own network and needs nothing of this. Every step finds out what is there.
/// </summary>
internal sealed class LabNetworks(LabSpec spec)
{
    private readonly LabAddresses _addresses = new(spec.Id);

    /// <exception cref="CommandFailedException">The kernel refuses; its words are in the message.</exception>
    public async Task EnsureAsync(CancellationToken cancel)
    {
        if (!spec.HasNamespaces)
        {
            return;
        }

        await EnsureBridgeAsync(cancel);
        for (var i = 0; i < spec.Nodes.Count; i++)
        {
            await EnsureNodeAsync(spec.Nodes[i], i + 1, cancel);
        }
    }

    /// <summary>Removes what is on the machine's own network; namespaces go with the mounts of their files.</summary>
    public async Task RemoveAsync(CancellationToken cancel)
    {
        foreach (var link in Links())
        {
            // A cable goes by itself with the namespace that its other end is in, at any moment.
            var (exitCode, output) = await TryAsync("ip", ["link", "delete", link], null, cancel);
            if (exitCode != 0 && Exists(link))
            {
                throw new CommandFailedException($"network link {link} cannot be removed: {output.Trim()}");
            }
        }

        foreach (var (family, table) in await TablesAsync(cancel))
        {
            await RunAsync("nft", ["delete", "table", family, table], cancel);
        }
    }

    /// <summary>Bridges, cables and taps of the lab on the machine's own network.</summary>
    public IReadOnlyList<string> Links()
    {
        var tap = PodNetworkOptions.TapPrefixOf(_addresses.PodBridge);
        return
        [
            .. Directory.EnumerateDirectories("/sys/class/net").Select(Path.GetFileName).OfType<string>()
                .Where(name => name == _addresses.PodBridge || name == _addresses.NodeBridge || name.StartsWith(tap, StringComparison.Ordinal)
                    || name.StartsWith(_addresses.Cable(0)[..^1], StringComparison.Ordinal)),
        ];
    }

    /// <summary>nftables tables of the lab on the machine's own network.</summary>
    public async Task<IReadOnlyList<(string Family, string Name)>> TablesAsync(CancellationToken cancel)
    {
        var podTable = new PodNetworkOptions { Bridge = _addresses.PodBridge, CniConfigDirectory = "", StateDirectory = "" }.Table;
        var (exitCode, output) = await TryAsync("nft", ["list", "tables"], null, cancel);
        return exitCode != 0
            ? []
            : [.. output.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(words => words is ["table", _, var name] && (name == podTable || name == _addresses.Table))
                .Select(words => (words[1], words[2]))];
    }

    private async Task EnsureBridgeAsync(CancellationToken cancel)
    {
        var bridge = _addresses.NodeBridge;
        if (!Exists(bridge))
        {
            await RunAsync("ip", ["link", "add", "name", bridge, "type", "bridge"], cancel);
        }

        await RunAsync("ip", ["address", "replace", _addresses.OnNetwork(_addresses.Machine), "dev", bridge], cancel);
        await RunAsync("ip", ["link", "set", "dev", bridge, "up"], cancel);
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancel);
        await RunAsync("nft", ["-f", "-"], cancel, $$"""
            table ip {{_addresses.Table}}
            delete table ip {{_addresses.Table}}
            table ip {{_addresses.Table}} {
              chain postrouting {
                type nat hook postrouting priority srcnat
                oifname != "{{bridge}}" ip saddr {{_addresses.Nodes}} masquerade
              }
            }

            """);
    }

    private async Task EnsureNodeAsync(LabNode node, int number, CancellationToken cancel)
    {
        var (file, cable) = (node.Network!.NamespaceFile, _addresses.Cable(number));
        if (!IsMounted(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, [], cancel);
            await RunAsync("unshare", ["--net=" + file, "true"], cancel);
        }

        if (!Exists(cable))
        {
            await RunAsync("ip", ["link", "add", "name", cable, "type", "veth", "peer", "name", "eth0", "netns", file], cancel);
        }

        await RunAsync("ip", ["link", "set", "dev", cable, "master", _addresses.NodeBridge, "up"], cancel);
        foreach (var step in (string[])
        [
            "link set dev lo up",
            $"address replace {_addresses.OnNetwork(node.Network.Address)} dev eth0",
            "link set dev eth0 up",
            $"route replace default via {_addresses.Machine}",
        ])
        {
            await RunAsync("nsenter", ["--net=" + file, "--", "ip", .. step.Split(' ')], cancel);
        }
    }

    private static bool Exists(string link) => Directory.Exists("/sys/class/net/" + link);

    private static bool IsMounted(string file) => File.ReadLines("/proc/self/mountinfo")
        .Any(line => line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal) == file);

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancel, string? input = null)
    {
        var (exitCode, output) = await TryAsync(program, arguments, input, cancel);
        if (exitCode != 0)
        {
            throw new CommandFailedException($"{program} {string.Join(' ', arguments)} failed with exit code {exitCode}: {output.Trim()}");
        }
    }

    private static async Task<(int ExitCode, string Output)> TryAsync(string program, string[] arguments, string? input, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output + await errors);
    }
}
