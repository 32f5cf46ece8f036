(function(){"use strict";
var key=function(row,n){var cell=row.cells[n],v=cell.getAttribute("data-v");return v!==null?parseFloat(v):cell.textContent.trim()};
document.querySelectorAll("table.sortable").forEach(function(table){
 var heads=Array.prototype.slice.call(table.tHead.rows[0].cells),body=table.tBodies[0];
 heads.forEach(function(head,n){head.querySelector("button").addEventListener("click",function(){
  var up=head.getAttribute("aria-sort")!=="ascending",rows=Array.prototype.slice.call(body.rows);
  heads.forEach(function(other){other.removeAttribute("aria-sort")});
  head.setAttribute("aria-sort",up?"ascending":"descending");
  rows.map(function(row,at){return{row:row,at:at,key:key(row,n)}}).sort(function(a,b){
   if(a.key===""||b.key==="")return a.key===b.key?a.at-b.at:a.key===""?1:-1;
   var order=typeof a.key==="number"&&typeof b.key==="number"?a.key-b.key:String(a.key).localeCompare(String(b.key));
   return(up?order:-order)||a.at-b.at}).forEach(function(one){body.appendChild(one.row)});
 })})});
var choice=document.getElementById("owner");
if(choice){choice.addEventListener("change",function(){
 document.querySelectorAll("tr[data-owner]").forEach(function(row){
  row.hidden=choice.value!==""&&row.getAttribute("data-owner")!==choice.value})})}
})();
