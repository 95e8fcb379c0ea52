using System.Globalization;

namespace Orchestrator.Cli.Lab.Networks;

/// <summary>
/// The addresses and names of a lab's networks, by its id: one of 256 blocks of 16,384 addresses in 10.192.0.0/10. The block's first half is for pods, the third
/// quarter for Services, the last for the nodes themselves.
/// </summary>
internal sealed class LabAddresses(string id)
{
    private const int NodePrefix = 24;
    private readonly int _second = 192 | (Convert.FromHexString(id)[0] & 63);
    private readonly int _third = Convert.FromHexString(id)[1] & 0xC0;

    /// <summary>Ranges of 32 nodes.</summary>
    public string Pods => Text(0, 19);

    public string Services => Text(32, 20);

    /// <summary>Bridge of a node's pods: the same name in the network namespace of each.</summary>
    public string PodBridge => "orch" + id;

    /// <summary>Bridge between the nodes, on the machine itself.</summary>
    public string NodeBridge => "orln" + id;

    /// <summary>nftables table of the machine by which nodes reach what is beyond it.</summary>
    public string Table => "orchestrator-lab-" + id;

    public string Nodes => Text(48, NodePrefix);

    /// <summary>The machine's address among the nodes, on which a lab of several nodes serves its API.</summary>
    public string Machine => Node(0);

    /// <summary>With the length of the network's prefix.</summary>
    public string OnNetwork(string address) => string.Create(CultureInfo.InvariantCulture, $"{address}/{NodePrefix}");

    /// <param name="number">From 1.</param>
    public string Node(int number) => string.Create(CultureInfo.InvariantCulture, $"10.{_second}.{_third + 48}.{number + 1}");

    /// <summary>The machine's end of a node's cable, at most 15 characters.</summary>
    public string Cable(int number) => string.Create(CultureInfo.InvariantCulture, $"or{id}n{number}");

    private string Text(int offset, int prefix) => string.Create(CultureInfo.InvariantCulture, $"10.{_second}.{_third + offset}.0/{prefix}");
}
