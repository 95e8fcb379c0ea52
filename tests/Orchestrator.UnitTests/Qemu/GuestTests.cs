using System.Text;
using k8s.Models;
using Orchestrator.Agent.Images;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Runtimes.Qemu.Guest;
using Orchestrator.Agent.Runtimes.Qemu.Pods;

namespace Orchestrator.UnitTests.Qemu;

public sealed class GuestTests
{
    [Theory]
    [InlineData(new string[0], new string[0], "entry cmd")]
    [InlineData(new string[0], new[] { "a" }, "entry a")]
    [InlineData(new[] { "c" }, new string[0], "c")]
    [InlineData(new[] { "c" }, new[] { "a" }, "c a")]
    public void Commands_are_resolved_as_kubernetes_does(string[] command, string[] args, string expected) =>
        Assert.Equal(expected, string.Join(' ', ContainerCommands.CommandOf(new V1Container { Command = command, Args = args }, new OciRunConfig { Entrypoint = ["entry"], Cmd = ["cmd"] })));

    [Theory]
    [InlineData(null, 15)]
    [InlineData("SIGQUIT", 3)]
    [InlineData("term", 15)]
    [InlineData("9", 9)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("99", 15)]
    [InlineData("SIGNONE", 15)]
    public void Stop_signals_are_read_as_images_name_them(string? name, int expected) => Assert.Equal(expected, StopSignals.Parse(name));

    [Fact]
    public void Capabilities_are_dropped_before_they_are_added()
    {
        Assert.Equal(0x00000000A80425FBUL, Capabilities.Of(null));
        Assert.Equal(1UL << 10, Capabilities.Of(new V1SecurityContext { Capabilities = new V1Capabilities { Drop = ["ALL"], Add = ["NET_BIND_SERVICE"] } }));
        Assert.Equal((1UL << 41) - 1, Capabilities.Of(new V1SecurityContext { Privileged = true }));
        Assert.Throws<RuntimeRefusalException>(() => Capabilities.Of(new V1SecurityContext { Capabilities = new V1Capabilities { Add = ["CAP_FLY"] } }));
    }

    [Fact]
    public void Users_are_found_in_the_image()
    {
        const string passwd = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/srv:/bin/false\n";
        const string group = "root:x:0:\nstaff:x:50:\n";
        Assert.Equal((0, 0, "/root"), UserLookup.Resolve(null, passwd, group));
        Assert.Equal((33, 34, "/srv"), UserLookup.Resolve("web", passwd, group));
        Assert.Equal((33, 50, "/srv"), UserLookup.Resolve("33:staff", passwd, group));
        Assert.Equal((1000, 0, "/"), UserLookup.Resolve("1000", passwd, group));
        Assert.Throws<RuntimeRefusalException>(() => UserLookup.Resolve("nobody", passwd, group));
    }

    [Fact]
    public void Archives_have_headers_and_padding_of_the_newc_format()
    {
        using var output = new MemoryStream();
        var cpio = new CpioWriter(output);
        cpio.AddFile("a/b", "xyz"u8);
        cpio.Finish();
        var text = Encoding.ASCII.GetString(output.ToArray());
        Assert.Equal(0, text.Length % 4);
        var headers = Enumerable.Range(0, text.Length / 4).Select(i => i * 4).Where(at => string.CompareOrdinal(text, at, "070701", 0, 6) == 0).ToList();
        Assert.Equal(3, headers.Count);
        Assert.Equal("000041ED", text.Substring(headers[0] + 14, 8));
        Assert.Equal("00000003", text.Substring(headers[1] + 54, 8));
        Assert.Contains("TRAILER!!!", text, StringComparison.Ordinal);
    }
}
