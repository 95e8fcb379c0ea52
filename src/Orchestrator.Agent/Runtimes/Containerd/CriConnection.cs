using System.Net.Sockets;
using Grpc.Net.Client;
using Orchestrator.Agent.Runtimes.Containerd.Cri;

namespace Orchestrator.Agent.Runtimes.Containerd;

/// <summary>
/// gRPC over a UNIX socket. The channel reconnects by itself when containerd comes back, so one connection object lives as long as the agent.
/// </summary>
internal sealed class CriConnection : IDisposable
{
    // As containerd's own limit: a verbose status carries the container's whole OCI specification.
    private const int MaxMessageBytes = 16 * 1024 * 1024;

    private readonly SocketsHttpHandler _handler;
    private readonly GrpcChannel _channel;

    public CriConnection(string socketPath)
    {
        var endpoint = new UnixDomainSocketEndPoint(socketPath);
        _handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endpoint, cancel);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };

        // The authority is sent but means nothing on a UNIX socket; "localhost" is what containerd's own client sends.
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = _handler,
            MaxReceiveMessageSize = MaxMessageBytes,
            MaxSendMessageSize = MaxMessageBytes,
        });
        Runtime = new RuntimeService.RuntimeServiceClient(_channel);
        Images = new ImageService.ImageServiceClient(_channel);
    }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    public ImageService.ImageServiceClient Images { get; }

    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
    }
}
