using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Roles;

/// <summary>What can be said of a role beside its permissions.</summary>
public class RoleForm
{
    [Required(ErrorMessage = "Give the role a name."), Display(Name = "Name"), PlainText(100)]
    public string Name { get; set; } = "";

    [Display(Name = "Description"), PlainText(500, AllowLineBreaks = true)]
    public string? Description { get; set; }

    [Display(Name = "Inherits from")]
    public Guid? ParentId { get; set; }

    public bool IsActive { get; set; } = true;
}

/// <summary>A new role, from nothing or from another one.</summary>
public sealed class NewRoleForm : RoleForm
{
    /// <summary>The role whose permissions are copied; what it inherits is copied, too.</summary>
    public Guid? CopyOfId { get; set; }
}

/// <summary>What becomes of those who have a role that is deleted.</summary>
public sealed class RoleRemovalForm
{
    /// <summary>They get this role instead, in the same place and for the same time.</summary>
    public Guid? ReplaceWithId { get; set; }

    /// <summary>It is taken from them.</summary>
    public bool EndAssignments { get; set; }

    [Required(ErrorMessage = "Say why, in a few words."), Display(Name = "The reason"), PlainText(500, AllowLineBreaks = true)]
    public string Reason { get; set; } = "";
}

/// <summary>What a role says of a permission: nothing, so that it inherits, or yes or no.</summary>
public enum Statement { Inherit, Grant, Deny }
