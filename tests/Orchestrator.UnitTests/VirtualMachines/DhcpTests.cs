using System.Net;
using System.Text;
using Orchestrator.Agent.Network.Dhcp;

namespace Orchestrator.UnitTests.VirtualMachines;

public sealed class DhcpTests
{
    private static readonly DhcpLease Lease = new(IPAddress.Parse("10.1.2.3"), 24, IPAddress.Parse("10.1.2.1"), "web", [IPAddress.Parse("10.96.0.10")], ["default.svc.cluster.local"]);

    [Fact]
    public void A_machine_is_offered_its_pods_address_and_told_of_its_network()
    {
        DhcpQuestion question = DhcpQuestion.Parse(Message(1))!;
        Assert.Equal("02:00:00:00:00:07", question.Mac);
        byte[] offer = question.Answer(Lease)!;
        Assert.Equal([10, 1, 2, 3], offer[16..20]);
        Assert.Equal([0x12, 0x34, 0x56, 0x78], offer[4..8]);
        Dictionary<byte, byte[]> options = Options(offer);
        Assert.Equal([2], options[53]);
        Assert.Equal([255, 255, 255, 0], options[1]);
        Assert.Equal([10, 1, 2, 1], options[3]);
        Assert.Equal([10, 96, 0, 10], options[6]);
        Assert.Equal("web", Encoding.ASCII.GetString(options[12]));
    }

    [Theory]
    [InlineData("10.1.2.3", 5)]
    [InlineData("10.1.2.9", 6)]
    public void It_is_confirmed_the_address_that_it_has_and_no_other(string requested, byte expected) =>
        Assert.Equal([expected], Options(DhcpQuestion.Parse(Message(3, [50, 4, .. IPAddress.Parse(requested).GetAddressBytes()]))!.Answer(Lease)!)[53]);

    [Fact]
    public void What_is_no_question_is_not_answered()
    {
        Assert.Null(DhcpQuestion.Parse(Message(1).AsSpan(0, 200)));
        Assert.Null(DhcpQuestion.Parse([2, .. Message(1).AsSpan(1)]));
        Assert.Null(DhcpQuestion.Parse(Message(3, [50, 200])));
        Assert.Null(DhcpQuestion.Parse(Message(7))!.Answer(Lease));
    }

    private static byte[] Message(byte type, params byte[] options)
    {
        var message = new byte[236];
        (message[0], message[1], message[2]) = (1, 1, 6);
        new byte[] { 0x12, 0x34, 0x56, 0x78 }.CopyTo(message, 4);
        new byte[] { 2, 0, 0, 0, 0, 7 }.CopyTo(message, 28);
        return [.. message, 0x63, 0x82, 0x53, 0x63, 53, 1, type, .. options, 255];
    }

    private static Dictionary<byte, byte[]> Options(byte[] message)
    {
        var options = new Dictionary<byte, byte[]>();
        for (int at = 240; message[at] != 255; at += 2 + message[at + 1])
        {
            options[message[at]] = message[(at + 2)..(at + 2 + message[at + 1])];
        }

        return options;
    }
}
