using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Agent.Network.Dhcp;

/// <summary>
/// Tells the machines on the node's bridge the addresses of their pods: guests that nobody prepared for this cluster ask for one when they start. Bound to
/// the bridge, so that several nodes may share a machine, and that nothing is answered anywhere else.
/// </summary>
internal sealed partial class DhcpServer(PodNetworkOptions options, DhcpLeases leases, TimeProvider time, ILogger<DhcpServer> logger) : BackgroundService
{
    private const int ServerPort = 67;
    private const int ClientPort = 68;
    private const int SocketLevel = 1;
    private const int BindToDevice = 25;
    private const int MostBytes = 1500;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isToldOf = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var socket = Open();
                isToldOf = false;
                await ServeAsync(socket, stoppingToken);
            }
            catch (SocketException error)
            {
                // The bridge is not there yet, or has gone.
                if (!isToldOf)
                {
                    LogWaits(options.Bridge, error.Message);
                    isToldOf = true;
                }

                await Task.Delay(RetryAfter, time, stoppingToken);
            }
        }
    }

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { EnableBroadcast = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.ASCII.GetBytes(options.Bridge + "\0"));
            socket.Bind(new IPEndPoint(IPAddress.Any, ServerPort));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[MostBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), SocketFlags.None, cancel);
            if (DhcpQuestion.Parse(buffer.AsSpan(0, received)) is { } question && leases.Find(question.Mac) is { } lease && question.Answer(lease) is { } answer)
            {
                await socket.SendToAsync(answer, SocketFlags.None, new IPEndPoint(IPAddress.Broadcast, ClientPort), cancel);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "machines on the bridge {Bridge} get no addresses by DHCP yet: {Error}")]
    private partial void LogWaits(string bridge, string error);
}
