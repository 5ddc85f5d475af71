namespace UserAdmin.Core.Common;

/// <summary>The address that links are made of: the configured one or where the server listens, never the Host header of a request (A13).</summary>
public sealed class PublicAddress(Func<string> find)
{
    public string Link(string path) => $"{find().TrimEnd('/')}/{path.TrimStart('/')}";
}
