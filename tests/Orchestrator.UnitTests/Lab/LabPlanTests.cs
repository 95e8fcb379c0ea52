using Orchestrator.Cli.Lab;
using Orchestrator.Cli.Lab.Networks;
using Orchestrator.Cli.Lab.Processes;

namespace Orchestrator.UnitTests.Lab;

public sealed class LabPlanTests
{
    private static readonly LabLayout Layout = new("/srv/lab");

    [Fact]
    public void Keeps_names_and_ports_when_nodes_are_added()
    {
        var first = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        var second = LabPlan.Choose(Layout, 3, first, ["orchestrator"]);
        Assert.Equal(first.ServerPort, second.ServerPort);
        Assert.Equal(first.Nodes[0].Port, second.Nodes[0].Port);
        Assert.Equal(["lab-1", "lab-2", "lab-3"], second.Nodes.Select(node => node.Name));
        Assert.Equal(4, second.Nodes.Select(node => node.Port).Append(second.ServerPort).Distinct().Count());
    }

    [Fact]
    public void Labs_in_different_directories_share_no_names()
    {
        var one = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        var other = LabPlan.Choose(new LabLayout("/srv/other"), 1, existing: null, ["orchestrator"]);
        Assert.NotEqual(one.CgroupParent(one.Nodes[0]), other.CgroupParent(other.Nodes[0]));
        Assert.NotEqual(new LabAddresses(one.Id).PodBridge, new LabAddresses(other.Id).PodBridge);
        Assert.NotEqual(new LabAddresses(one.Id).Table, new LabAddresses(other.Id).Table);
    }

    [Theory]
    [InlineData("00000000", "10.192.0.0/19", "10.192.32.0/20", "10.192.48.0/24")]
    [InlineData("ffffffff", "10.255.192.0/19", "10.255.224.0/20", "10.255.240.0/24")]
    public void Networks_lie_in_one_private_range_and_apart(string id, string pods, string services, string nodes)
    {
        var addresses = new LabAddresses(id);
        Assert.Equal([pods, services, nodes], [addresses.Pods, addresses.Services, addresses.Nodes]);
        Assert.True(System.Net.IPNetwork.Parse(nodes).Contains(System.Net.IPAddress.Parse(addresses.Node(32))));
        Assert.All((string[])[addresses.PodBridge, addresses.NodeBridge, addresses.Cable(32)], name => Assert.InRange(name.Length, 1, 15));
    }

    [Fact]
    public void Every_process_is_started_with_options_that_its_command_takes()
    {
        var spec = LabPlan.Choose(Layout, 2, existing: null, ["dotnet", "orchestrator.dll"]);
        var units = LabUnit.Of(spec, Layout);
        Assert.Equal(["containerd-lab-1", "containerd-lab-2", "server", "lab-1", "lab-2"], units.Select(unit => unit.Name));
        var root = Orchestrator.Cli.Commands.OrchestratorRoot.Create();
        Assert.All(units.Skip(2), unit => Assert.Empty(root.Parse(unit.Command.SkipWhile(word => word != "orchestrator.dll").Skip(1).ToArray()).Errors));
    }

    [Fact]
    public void Several_nodes_have_networks_of_their_own_and_one_has_none()
    {
        Assert.False(LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]).HasNamespaces);
        var spec = LabPlan.Choose(Layout, 2, existing: null, ["orchestrator"]);
        Assert.All(spec.Nodes, node => Assert.Equal(["nsenter", $"--net=/srv/lab/networks/{node.Name}"], node.Containerd.Command.Take(2)));
        Assert.Equal(3, spec.Nodes.Select(node => node.Address).Append(spec.ServerAddress).Distinct().Count());
    }

    [Fact]
    public void Agents_wait_for_their_credentials()
    {
        var spec = LabPlan.Choose(Layout, 1, existing: null, ["orchestrator"]);
        Assert.Equal("/srv/lab/credentials/lab-1/kubeconfig", LabUnit.Of(spec, Layout)[^1].RequiredFile);
    }
}
