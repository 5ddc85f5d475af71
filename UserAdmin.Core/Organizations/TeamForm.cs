using System.ComponentModel.DataAnnotations;
using UserAdmin.Core.Common;

namespace UserAdmin.Core.Organizations;

public sealed class TeamForm
{
    [Display(Name = "Name"), Required(ErrorMessage = "Enter a name."), PlainText(100)]
    public string Name { get; set; } = "";

    [Display(Name = "Description"), PlainText(1000, AllowLineBreaks = true)]
    public string? Description { get; set; }
}
