using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using UserAdmin.Core.Tenants;

namespace UserAdmin.Core.Data;

public sealed class DataProtectionKey
{
    public int Id { get; init; }
    public string Name { get; init; } = "";
    public string Xml { get; init; } = "";
}

/// <summary>The key ring in the database, so that every server reads every server's cookies.</summary>
internal sealed class DatabaseKeyRing(TenantDatabases databases, TenantDirectory tenants) : IXmlRepository, IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options) => options.XmlRepository = this;

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var db = databases.Open(tenants.Default);
        return [.. db.DataProtectionKeys.AsNoTracking().Select(key => key.Xml).AsEnumerable().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var db = databases.Open(tenants.Default);
        db.DataProtectionKeys.Add(new() { Name = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChanges();
    }
}
